//! The same over `fetch()`.

use wasm_bindgen::prelude::*;
use wasm_eventsource::EventSource;

use crate::streams::{Tally, first_of, listen_to_ticks, messages_of, ticks_of};

#[wasm_bindgen]
pub async fn fetch_typed_listener(url: String) -> Result<Tally, JsError> {
    listen_to_ticks(EventSource::fetch(url)).await
}

#[wasm_bindgen]
pub async fn fetch_typed_stream(url: String) -> Result<Tally, JsError> {
    ticks_of(EventSource::fetch(url)).await
}

#[wasm_bindgen]
pub async fn fetch_raw_stream(url: String) -> Result<Tally, JsError> {
    messages_of(EventSource::fetch(url)).await
}

#[wasm_bindgen]
pub async fn fetch_first(url: String) -> Result<f64, JsError> {
    first_of(EventSource::fetch(url)).await
}
