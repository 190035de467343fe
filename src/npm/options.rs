//! The constructor's arguments, checked: what is wrong is a `TypeError` that names it.

use js_sys::{Object, Reflect, TypeError};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::{CloseRule, EventSource};

#[cfg(feature = "fetch")]
mod request;

/// A string, or a `URL` of whatever realm.
pub(super) fn read_url(given: &JsValue) -> Result<String, JsValue> {
    let href = || Reflect::get(given, &"href".into()).ok()?.as_string();
    let url = given
        .as_string()
        .or_else(|| given.is_object().then(href).flatten());
    url.ok_or_else(|| type_error("the first argument is to be a string or a URL"))
}

/// What TypeScript calls `EventStreamOptions`.
const OPTIONS: &[&str] = &[
    "events",
    "closeOn",
    "withCredentials",
    "transport",
    "method",
    "headers",
    "body",
    "lastEventId",
];

/// Those of them that only a request of one's own can have.
const REQUEST_OPTIONS: &[&str] = &["method", "headers", "body", "lastEventId"];

/// The event source that the constructor's arguments describe.
pub(super) fn read_source(url: String, given: Option<&JsValue>) -> Result<EventSource, JsValue> {
    let source = EventSource::new(url);
    let Some(given) = given else {
        return Ok(source);
    };
    let options = object_of("options", given, OPTIONS)?;
    let source = with_request(source, &options)?;
    let source = with_events(source, &options)?;
    Ok(source
        .close_on(close_rule(&options)?)
        .with_credentials(field(&options, "withCredentials", "true or false")?.unwrap_or_default()))
}

#[cfg(feature = "fetch")]
use request::{with_all_events, with_request};

#[cfg(not(feature = "fetch"))]
fn with_request(source: EventSource, options: &JsValue) -> Result<EventSource, JsValue> {
    for key in REQUEST_OPTIONS {
        if !get(options, key)?.is_undefined() {
            return Err(without_fetch(&format!("`{key}`")));
        }
    }
    match field::<String>(options, "transport", TRANSPORTS)?.as_deref() {
        None | Some("native") => Ok(source),
        Some("fetch") => Err(without_fetch("`transport: \"fetch\"`")),
        Some(_) => Err(type_error(&format!("`transport` is to be {TRANSPORTS}"))),
    }
}

#[cfg(not(feature = "fetch"))]
fn with_all_events(_: EventSource) -> Result<EventSource, JsValue> {
    Err(without_fetch("`events: \"*\"`"))
}

#[cfg(not(feature = "fetch"))]
fn without_fetch(what: &str) -> JsValue {
    type_error(&format!(
        "{what} needs the transport \"fetch\", which this package was built without"
    ))
}

const TRANSPORTS: &str = "\"native\" or \"fetch\"";

fn with_events(source: EventSource, options: &JsValue) -> Result<EventSource, JsValue> {
    let given = get(options, "events")?;
    if given.as_string().as_deref() == Some("*") {
        return with_all_events(source);
    }
    let events: Option<Vec<String>> =
        field(options, "events", "an array of event names, or \"*\"")?;
    if events.as_ref().is_some_and(Vec::is_empty) {
        return Err(type_error(
            "`events` is empty: leave it away for unnamed events",
        ));
    }
    Ok(source.events(events.unwrap_or_default()))
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
