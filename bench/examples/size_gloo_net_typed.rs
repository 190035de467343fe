//! A minimal app, for its size: the stream of `gloo-net`, decoded by `serde_json`.

mod app;

use app::{Tick, log};
use futures_util::StreamExt;
use gloo_net::eventsource::futures::EventSource;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let mut source = EventSource::new("/sse")?;
    let mut messages = source.subscribe("message")?;
    let mut count = 0;
    while let Some(Ok((_, message))) = messages.next().await {
        let data = message.data().as_string().unwrap_or_default();
        let tick: Tick = serde_json::from_str(&data)?;
        count += 1;
        log(count, tick.n, &tick.text);
    }
    Ok(())
}
