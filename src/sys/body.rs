//! Reading the body of a response.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::exception::new_error;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = ReadableStream, js_name = ReadableStream)]
    type Body;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Body) -> Result<ReadableStreamDefaultReader, JsValue>;

    #[wasm_bindgen(js_name = Object)]
    type ReadResult;

    #[wasm_bindgen(method, getter)]
    fn done(this: &ReadResult) -> bool;

    #[wasm_bindgen(method, getter)]
    fn value(this: &ReadResult) -> JsValue;
}

/// The reader of a body; an exception if the body has another reader already.
pub(crate) fn get_reader(body: &ReadableStream) -> Result<ReadableStreamDefaultReader, JsValue> {
    body.unchecked_ref::<Body>().get_reader()
}

/// The next chunk; `None` at the end of the body.
pub(crate) async fn read(
    reader: &ReadableStreamDefaultReader,
) -> Result<Option<Uint8Array>, JsValue> {
    let result: ReadResult = JsFuture::from(reader.read()).await?.unchecked_into();
    if result.done() {
        return Ok(None);
    }
    // A page may have made the response itself.
    let no_bytes = |_| new_error("the body of the response is not made of bytes");
    result.value().dyn_into().map(Some).map_err(no_bytes)
}
