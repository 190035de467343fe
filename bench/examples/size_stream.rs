//! A minimal app, for its size: a stream of raw messages.

use futures_util::StreamExt;
use wasm_bindgen::prelude::*;
use wasm_eventsource::EventSource;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(text: &str);
}

#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let mut messages = EventSource::new("/sse").stream()?;
    while let Some(message) = messages.next().await {
        log(message?.data());
    }
    Ok(())
}
