//! A minimal app, for its size: a stream of typed events, decoded by `serde_json`.

mod app;

use app::{Tick, log};
use futures_util::StreamExt;
use wasm_bindgen::prelude::*;
use wasm_eventsource::EventSource;

#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let mut ticks = EventSource::new("/sse").typed_event::<Tick>("message")?;
    let mut count = 0;
    while let Some(tick) = ticks.next().await {
        let tick = tick?;
        count += 1;
        log(count, tick.n, &tick.text);
    }
    Ok(())
}
