//! The constructor's arguments, checked: what is wrong is a `TypeError` that names it.

use js_sys::{Function, Object, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use super::error::type_error;
use crate::{Buffer, CloseRule, EventSource};

#[cfg(feature = "fetch")]
mod request;
#[cfg(feature = "fetch")]
use request::over_fetch;

/// The keys of what TypeScript calls `EventStreamOptions`.
const OPTIONS: &[&str] = &[
    "events",
    "closeOn",
    "parse",
    "withCredentials",
    "transport",
    "method",
    "headers",
    "body",
    "lastEventId",
    "buffer",
    "signal",
];

/// Those of them that only a request of one's own can have.
const REQUEST_OPTIONS: &[&str] = &["method", "headers", "body", "lastEventId"];

/// What the constructor's arguments say. How data are parsed is JavaScript's matter.
pub(super) struct Options {
    pub source: EventSource,
    pub signal: Option<JsValue>,
}

/// A string, or a `URL` of whatever realm.
pub(super) fn read_url(given: &JsValue) -> Result<String, JsValue> {
    let href = || Reflect::get(given, &"href".into()).ok()?.as_string();
    let url = given
        .as_string()
        .or_else(|| given.is_object().then(href).flatten());
    url.ok_or_else(|| wrong("the first argument", "a string or a URL", given))
}

pub(super) fn read(url: String, given: &JsValue) -> Result<Options, JsValue> {
    let mut source = EventSource::new(url);
    if given.is_undefined() {
        let signal = None;
        return Ok(Options { source, signal });
    }
    let options = object_of("options", given, OPTIONS)?;
    let with_credentials = field(options, "withCredentials", "true or false")?;
    let parse = ["\"text\"", "\"json\""];
    one_of(options, "parse", &parse)?;
    source = source
        .close_on(close_rule(options)?)
        .with_credentials(with_credentials.unwrap_or_default());
    if let Some(buffer) = buffer(options)? {
        source = source.buffer(buffer);
    }
    source = with_transport(source, options)?;
    source = with_events(source, options)?;
    Ok(Options {
        source,
        signal: signal(options)?,
    })
}

/// Chooses the transport: the browser's own, unless something is wanted that it cannot do.
fn with_transport(source: EventSource, options: &JsValue) -> Result<EventSource, JsValue> {
    let chosen = one_of(options, "transport", &["\"native\"", "\"fetch\""])?;
    let wanted = wants_fetch(options)?;
    match (chosen, wanted) {
        (Some(0), Some(what)) => Err(type_error(&format!(
            "{what} cannot be had with `transport: \"native\"`: the browser's EventSource knows no such thing"
        ))),
        (Some(0) | None, None) => Ok(source),
        (_, wanted) => {
            let what = wanted.unwrap_or_else(|| "`transport: \"fetch\"`".to_owned());
            over_fetch(source, options, &what)
        }
    }
}

/// The option that only the transport over `fetch()` has, if one is given.
fn wants_fetch(options: &JsValue) -> Result<Option<String>, JsValue> {
    for key in REQUEST_OPTIONS {
        if !get(options, key)?.is_undefined() {
            return Ok(Some(format!("`{key}`")));
        }
    }
    let all = get(options, "events")?.as_string().as_deref() == Some("*");
    Ok(all.then(|| "`events: \"*\"`".to_owned()))
}

#[cfg(not(feature = "fetch"))]
fn over_fetch(_: EventSource, _: &JsValue, what: &str) -> Result<EventSource, JsValue> {
    Err(type_error(&format!(
        "{what} needs the transport \"fetch\", which this build of the package is without: \
         import \"wasm-eventsource\", not \"wasm-eventsource/native\""
    )))
}

fn with_events(source: EventSource, options: &JsValue) -> Result<EventSource, JsValue> {
    const EXPECTED: &str = "an array of event names, or \"*\"";
    let given = get(options, "events")?;
    if given.as_string().as_deref() == Some("*") {
        #[cfg(feature = "fetch")]
        return Ok(source.all_events());
    }
    let events: Option<Vec<String>> = field(options, "events", EXPECTED)?;
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
        return Err(wrong("`closeOn`", EXPECTED, &given));
    }
    let rule = object_of("closeOn", &given, &["event", "data"])?;
    let event: Option<String> = field(rule, "event", "an event name")?;
    let data: Option<String> = field(rule, "data", "a string")?;
    match (event, data) {
        (Some(event), Some(data)) => Ok(CloseRule::event_with_data(event, data)),
        (Some(event), None) => Ok(CloseRule::event(event)),
        (None, Some(data)) => Ok(CloseRule::data(data)),
        (None, None) => Err(type_error("`closeOn` needs an `event`, a `data`, or both")),
    }
}

fn buffer(options: &JsValue) -> Result<Option<Buffer>, JsValue> {
    const EXPECTED: &str = "\"latest\", \"unbounded\", or { dropOldest: a whole number from 1 on }";
    let given = get(options, "buffer")?;
    if given.is_undefined() {
        return Ok(None);
    }
    match given.as_string().as_deref() {
        Some("latest") => return Ok(Some(Buffer::latest())),
        Some("unbounded") => return Ok(Some(Buffer::unbounded())),
        _ if given.is_object() => {}
        _ => return Err(wrong("`buffer`", EXPECTED, &given)),
    }
    let policy = object_of("buffer", &given, &["dropOldest"])?;
    match field::<u32>(policy, "dropOldest", "a whole number from 1 on")? {
        Some(limit) if limit > 0 => Ok(Some(Buffer::drop_oldest(limit as usize))),
        _ => Err(type_error(&format!("`buffer` is to be {EXPECTED}"))),
    }
}

/// An `AbortSignal` of whatever realm.
fn signal(options: &JsValue) -> Result<Option<JsValue>, JsValue> {
    let given = get(options, "signal")?;
    if given.is_undefined() {
        return Ok(None);
    }
    let is_signal = given.is_object()
        && get(&given, "aborted")?.as_bool().is_some()
        && get(&given, "addEventListener")?.is_instance_of::<Function>();
    if is_signal {
        Ok(Some(given))
    } else {
        Err(wrong("`signal`", "an AbortSignal", &given))
    }
}

pub(super) fn is_aborted(signal: &JsValue) -> bool {
    get(signal, "aborted").is_ok_and(|aborted| aborted.is_truthy())
}

/// The value, if it is an object with no keys but these.
fn object_of<'a>(name: &str, given: &'a JsValue, keys: &[&str]) -> Result<&'a JsValue, JsValue> {
    let known = keys.join(", ");
    if !given.is_object() {
        let name = format!("`{name}`");
        return Err(wrong(&name, &format!("an object of {known}"), given));
    }
    for key in Object::keys(given.unchecked_ref::<Object>())
        .iter()
        .filter_map(|key| key.as_string())
    {
        if !keys.contains(&&*key) {
            return Err(type_error(&format!(
                "`{name}` has no \"{key}\"; it has {known}"
            )));
        }
    }
    Ok(given)
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
    let read = serde_wasm_bindgen::from_value(value.clone());
    read.map(Some)
        .map_err(|_| wrong(&format!("`{key}`"), expected, &value))
}

/// Which of these quoted words a field is, if it is given.
fn one_of(object: &JsValue, key: &str, words: &[&str]) -> Result<Option<usize>, JsValue> {
    let value = get(object, key)?;
    if value.is_undefined() {
        return Ok(None);
    }
    let word = value.as_string();
    let at = word.and_then(|word| {
        words
            .iter()
            .position(|known| known.trim_matches('"') == word)
    });
    at.map(Some)
        .ok_or_else(|| wrong(&format!("`{key}`"), &words.join(" or "), &value))
}

fn get(object: &JsValue, key: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &key.into())
}

/// What was expected of an argument, and what it is.
fn wrong(name: &str, expected: &str, given: &JsValue) -> JsValue {
    let found = match given.as_string() {
        Some(text) => format!("\"{text}\""),
        None if given.is_null() => "null".to_owned(),
        None => {
            let kind = given.js_typeof().as_string().unwrap_or_default();
            format!("of the type {kind}")
        }
    };
    type_error(&format!("{name} is to be {expected}, and is {found}"))
}
