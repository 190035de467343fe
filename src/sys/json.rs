//! The engine's JSON parser.

use wasm_bindgen::JsValue;

use super::exception::detail;

/// The JavaScript value that `JSON.parse` makes of the text, or the message of its exception.
pub(crate) fn parse_json(text: &str) -> Result<JsValue, String> {
    if cfg!(not(target_arch = "wasm32")) {
        return Err("there is no JavaScript here".to_owned());
    }
    js_sys::JSON::parse(text).map_err(|thrown| detail(&thrown))
}
