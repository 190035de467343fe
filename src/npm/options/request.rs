//! The options that make a request of one's own, for the transport over `fetch()`.

use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::{field, get, wrong};
use crate::{Body, EventSource};

/// Gives the transport what is asked for.
pub(super) fn over_fetch(
    source: EventSource,
    options: &JsValue,
    _: &str,
) -> Result<EventSource, JsValue> {
    let mut source = source.over_fetch();
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

fn body(options: &JsValue) -> Result<Option<Body>, JsValue> {
    let given = get(options, "body")?;
    if given.is_undefined() {
        return Ok(None);
    }
    if given.is_string() || given.is_instance_of::<Uint8Array>() {
        return Ok(Some(Body::Js(given)));
    }
    Err(wrong("`body`", "a string or a Uint8Array", &given))
}

/// An object of strings, or pairs of strings as `Headers` and `Map` yield them.
fn headers(options: &JsValue) -> Result<Vec<(String, String)>, JsValue> {
    let given = get(options, "headers")?;
    let wrong = || wrong("`headers`", "an object of strings", &given);
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
