//! Long texts of JavaScript, brought into Rust.
//!
//! wasm-bindgen brings in a text unit by unit. For a short one nothing is quicker; the browser's encoder has
//! more to be called for, but then writes some ten bytes in the time of one.

use js_sys::JsString;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = TextEncoder)]
    type Encoder;

    #[wasm_bindgen(constructor, js_class = "TextEncoder", catch)]
    fn new() -> Result<Encoder, JsValue>;

    #[wasm_bindgen(method, catch, js_name = encodeInto)]
    fn encode_into(this: &Encoder, text: &JsString, bytes: &mut [u8]) -> Result<Encoded, JsValue>;

    #[wasm_bindgen(js_name = Object)]
    type Encoded;

    #[wasm_bindgen(method, getter)]
    fn read(this: &Encoded) -> u32;

    #[wasm_bindgen(method, getter)]
    fn written(this: &Encoded) -> u32;
}

/// A text of so many UTF-16 units, or bytes, is long.
pub(super) const LONG: usize = 384;

/// The text, if it is one. Lone surrogates are replaced.
pub(super) fn text(value: JsValue) -> Option<String> {
    let text: JsString = value.dyn_into().ok()?;
    let units = text.length() as usize;
    let encoded = (units >= LONG).then(|| encode(&text, units)).flatten();
    encoded.or_else(|| text.as_string())
}

/// `None` where there is no encoder, as in worklets.
fn encode(text: &JsString, units: usize) -> Option<String> {
    thread_local! {
        static ENCODER: Option<Encoder> = Encoder::new().ok();
    }
    ENCODER.with(|encoder| {
        let encoder = encoder.as_ref()?;
        // Enough for ASCII. Of what there is more of, no unit takes more than three bytes.
        let mut bytes = vec![0; units];
        let encoded = encoder.encode_into(text, &mut bytes).ok()?;
        let (read, mut written) = (encoded.read() as usize, encoded.written() as usize);
        let rest = units.checked_sub(read)?;
        if rest > 0 {
            let needed = written.checked_add(rest.checked_mul(3)?)?;
            bytes.reserve_exact(needed.saturating_sub(bytes.len()));
            bytes.resize(needed, 0);
            let text = text.slice(read as u32, units as u32);
            let encoded = encoder.encode_into(&text, bytes.get_mut(written..)?).ok()?;
            written += encoded.written() as usize;
            bytes.truncate(written);
            bytes.shrink_to_fit();
        }
        bytes.truncate(written);
        String::from_utf8(bytes).ok()
    })
}
