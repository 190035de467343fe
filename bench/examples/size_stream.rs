//! A minimal app, for its size: a stream of raw messages.

use futures_util::StreamExt;
use wasm_bindgen::prelude::*;
use wasm_eventsource::EventSource;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(n: u32, text: &str);
}

#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let mut messages = EventSource::new("/sse").stream()?;
    let mut count = 0;
    while let Some(message) = messages.next().await {
        count += 1;
        log(count, message?.data());
    }
    Ok(())
}
