//! A minimal app, for its size: the stream of `gloo-net`, not decoded.

use futures_util::StreamExt;
use gloo_net::eventsource::futures::EventSource;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(n: u32, text: &str);
}

#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let mut source = EventSource::new("/sse")?;
    let mut messages = source.subscribe("message")?;
    let mut count = 0;
    while let Some(Ok((_, message))) = messages.next().await {
        count += 1;
        log(count, &message.data().as_string().unwrap_or_default());
    }
    Ok(())
}
