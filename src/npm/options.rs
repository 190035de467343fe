//! The constructor's arguments, checked: what is wrong is a `TypeError` that names it.

use js_sys::{Object, Reflect, TypeError};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::CloseRule;

/// A string, or a `URL` of whatever realm.
pub(super) fn read_url(given: &JsValue) -> Result<String, JsValue> {
    let href = || Reflect::get(given, &"href".into()).ok()?.as_string();
    let url = given
        .as_string()
        .or_else(|| given.is_object().then(href).flatten());
    url.ok_or_else(|| type_error("the first argument is to be a string or a URL"))
}

/// What TypeScript calls `EventStreamOptions`.
#[derive(Default)]
pub(super) struct Options {
    pub events: Vec<String>,
    pub close_on: CloseRule,
    pub with_credentials: bool,
}

impl Options {
    pub fn read(given: &JsValue) -> Result<Self, JsValue> {
        if given.is_undefined() {
            return Ok(Options::default());
        }
        let options = object_of("options", given, &["events", "closeOn", "withCredentials"])?;
        let events: Option<Vec<String>> = field(&options, "events", "an array of event names")?;
        if events.as_ref().is_some_and(Vec::is_empty) {
            return Err(type_error(
                "`events` is empty: leave it away for unnamed events",
            ));
        }
        Ok(Options {
            events: events.unwrap_or_default(),
            close_on: close_rule(&options)?,
            with_credentials: field(&options, "withCredentials", "true or false")?
                .unwrap_or_default(),
        })
    }
}

fn close_rule(options: &JsValue) -> Result<CloseRule, JsValue> {
    const EXPECTED: &str = "an event name, false, or { event?, data? }";
    let given = get(options, "closeOn")?;
    if given.is_undefined() {
        return Ok(CloseRule::default());
    }
    if let Some(name) = given.as_string() {
        return Ok(CloseRule::event(name));
    }
    if given == JsValue::FALSE {
        return Ok(CloseRule::never());
    }
    if !given.is_object() {
        return Err(type_error(&format!("`closeOn` is to be {EXPECTED}")));
    }
    let rule = object_of("closeOn", &given, &["event", "data"])?;
    let event: Option<String> = field(&rule, "event", "an event name")?;
    let data: Option<String> = field(&rule, "data", "a string")?;
    match (event, data) {
        (Some(event), Some(data)) => Ok(CloseRule::event_with_data(event, data)),
        (Some(event), None) => Ok(CloseRule::event(event)),
        (None, Some(data)) => Ok(CloseRule::data(data)),
        (None, None) => Err(type_error("`closeOn` needs an `event`, a `data`, or both")),
    }
}

/// The value as an object with no keys but these.
fn object_of(name: &str, given: &JsValue, keys: &[&str]) -> Result<JsValue, JsValue> {
    let known = keys.join(", ");
    if !given.is_object() {
        return Err(type_error(&format!(
            "`{name}` is to be an object of {known}"
        )));
    }
    for key in Object::keys(given.unchecked_ref::<Object>())
        .iter()
        .filter_map(|key| key.as_string())
    {
        if !keys.contains(&&*key) {
            return Err(type_error(&format!(
                "`{name}` has no {key:?}; it has {known}"
            )));
        }
    }
    Ok(given.clone())
}

/// A field that may be missing; `expected` says what it should be.
fn field<T: DeserializeOwned>(
    object: &JsValue,
    key: &str,
    expected: &str,
) -> Result<Option<T>, JsValue> {
    let value = get(object, key)?;
    if value.is_undefined() {
        return Ok(None);
    }
    let read = serde_wasm_bindgen::from_value(value);
    read.map(Some)
        .map_err(|_| type_error(&format!("`{key}` is to be {expected}")))
}

fn get(object: &JsValue, key: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &key.into())
}

pub(super) fn type_error(message: &str) -> JsValue {
    TypeError::new(message).into()
}
