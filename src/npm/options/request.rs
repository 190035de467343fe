//! The options that make a request of one's own, for the transport over `fetch()`.

use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::{REQUEST_OPTIONS, TRANSPORTS, field, get, type_error};
use crate::{Body, EventSource};

pub(super) fn with_all_events(source: EventSource) -> Result<EventSource, JsValue> {
    Ok(source.all_events())
}

/// Chooses the transport, and gives it what is asked for.
pub(super) fn with_request(
    mut source: EventSource,
    options: &JsValue,
) -> Result<EventSource, JsValue> {
    let transport: Option<String> = field(options, "transport", TRANSPORTS)?;
    let native = match transport.as_deref() {
        None => false,
        Some("native") => true,
        Some("fetch") => {
            source = source.over_fetch();
            false
        }
        Some(_) => return Err(type_error(&format!("`transport` is to be {TRANSPORTS}"))),
    };
    if native {
        return match REQUEST_OPTIONS.iter().find(|key| is_given(options, key)) {
            Some(key) => Err(type_error(&format!(
                "`{key}` cannot be had with `transport: \"native\"`: the browser's EventSource knows none"
            ))),
            None if get(options, "events")?.is_string() => Err(type_error(
                "`events: \"*\"` cannot be had with `transport: \"native\"`: name the events",
            )),
            None => Ok(source),
        };
    }
    if let Some(method) = field::<String>(options, "method", "a string")? {
        source = source.method(method);
    }
    if let Some(id) = field::<String>(options, "lastEventId", "a string")? {
        source = source.last_event_id(id);
    }
    if let Some(body) = body(options)? {
        source = source.body(body);
    }
    for (name, value) in headers(options)? {
        source = source.header(name, value);
    }
    Ok(source)
}

fn is_given(options: &JsValue, key: &str) -> bool {
    get(options, key).is_ok_and(|value| !value.is_undefined())
}

fn body(options: &JsValue) -> Result<Option<Body>, JsValue> {
    let given = get(options, "body")?;
    if given.is_undefined() {
        return Ok(None);
    }
    if given.is_string() || given.is_instance_of::<Uint8Array>() {
        return Ok(Some(Body::Js(given)));
    }
    Err(type_error("`body` is to be a string or a Uint8Array"))
}

/// An object of strings, or pairs of strings as `Headers` and `Map` yield them.
fn headers(options: &JsValue) -> Result<Vec<(String, String)>, JsValue> {
    let wrong = || type_error("`headers` is to be an object of strings");
    let given = get(options, "headers")?;
    if given.is_undefined() {
        return Ok(Vec::new());
    }
    if !given.is_object() {
        return Err(wrong());
    }
    let entries: Array = match js_sys::try_iter(&given)? {
        Some(pairs) => pairs.collect::<Result<_, _>>()?,
        None => Object::entries(given.unchecked_ref()),
    };
    let header = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    let headers: Option<Vec<_>> = entries.iter().map(header).collect();
    headers.ok_or_else(wrong)
}
