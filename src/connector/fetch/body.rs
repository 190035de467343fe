//! The body of a response, piece by piece.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::ReadableStream;

use super::yielder::Yielder;
use crate::sys::BodyReader;

/// The largest piece that is parsed without a pause, in bytes. A browser may return megabytes at once, and
/// parsing them in one go would block the page. A small piece also stays in the processor's cache.
const LARGEST_PIECE: u32 = 64 * 1024;

pub(super) struct Pieces {
    reader: BodyReader,
    /// The bytes that were read and are not parsed yet.
    rest: Option<Uint8Array>,
    yielder: Yielder,
}

impl Pieces {
    /// Fails if the body has another reader already.
    pub fn new(body: &ReadableStream) -> Result<Self, JsValue> {
        Ok(Pieces {
            reader: BodyReader::new(body)?,
            rest: None,
            yielder: Yielder::default(),
        })
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Uint8Array>, JsValue> {
        self.yielder.before_work().await;
        let chunk = match self.rest.take() {
            Some(rest) => rest,
            None => match self.reader.read().await? {
                Some(chunk) => chunk,
                None => return Ok(None),
            },
        };
        let length = chunk.length();
        if length <= LARGEST_PIECE {
            return Ok(Some(chunk));
        }
        self.rest = Some(chunk.subarray(LARGEST_PIECE, length));
        Ok(Some(chunk.subarray(0, LARGEST_PIECE)))
    }
}
