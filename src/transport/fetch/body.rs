//! The body of a response, piece by piece.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::pace::Pace;
use crate::sys;

/// So many bytes are handed out at once. A browser may have read megabytes, and whoever deals with
/// all of that in one go leaves the page no time; a small piece is also still in the processor's cache
/// when it is parsed.
const LARGEST_PIECE: u32 = 64 * 1024;

pub(super) struct BodyReader {
    reader: ReadableStreamDefaultReader,
    /// What was read and is not handed out.
    rest: Option<Uint8Array>,
    pace: Pace,
}

impl BodyReader {
    /// Fails if somebody else reads it already.
    pub fn new(body: &ReadableStream) -> Result<Self, JsValue> {
        Ok(BodyReader {
            reader: sys::get_reader(body)?,
            rest: None,
            pace: Pace::default(),
        })
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Uint8Array>, JsValue> {
        self.pace.breathe().await;
        let chunk = match self.rest.take() {
            Some(rest) => rest,
            None => match sys::read(&self.reader).await? {
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
