//! A minimal app, for its size: a stream of typed events over `fetch()`.

use futures_util::StreamExt;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_eventsource::EventSource;

#[derive(Deserialize)]
struct Tick {
    n: f64,
    text: String,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(count: u32, n: f64, text: &str);
}

#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let mut ticks = EventSource::fetch("/sse").typed_event::<Tick>("message")?;
    let mut count = 0;
    while let Some(tick) = ticks.next().await {
        let tick = tick?;
        count += 1;
        log(count, tick.n, &tick.text);
    }
    Ok(())
}
