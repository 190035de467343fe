//! A minimal app, for its size: raw messages, decoded by `JSON.parse` and `serde-wasm-bindgen`.

mod app;

use app::{Tick, log};
use futures_util::StreamExt;
use wasm_bindgen::prelude::*;
use wasm_eventsource::EventSource;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON)]
    fn parse(text: &str) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(start)]
async fn main() -> Result<(), JsValue> {
    let mut messages = EventSource::new("/sse").stream().map_err(JsError::from)?;
    let mut count = 0;
    while let Some(message) = messages.next().await {
        let value = parse(message.map_err(JsError::from)?.data())?;
        let tick: Tick = serde_wasm_bindgen::from_value(value)?;
        count += 1;
        log(count, tick.n, &tick.text);
    }
    Ok(())
}
