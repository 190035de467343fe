//! The app of `size_stream.rs` with one thing more, to see what that costs: `cargo xtask sizes --costs` names it by
//! `--cfg cost="..."`. Each is used in the least way that the compiler cannot leave out.

use futures_util::StreamExt;
use wasm_bindgen::prelude::*;
use wasm_eventsource::EventSource;

#[cfg(cost = "allocator")]
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(n: u32, text: &str);
}

#[cfg(not(cost = "fetch"))]
fn source() -> EventSource {
    EventSource::new("/sse")
}

#[cfg(cost = "fetch")]
fn source() -> EventSource {
    EventSource::fetch("/sse")
}

#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let source = source();
    #[cfg(cost = "on_state")]
    let source =
        source.on_state(|state| log(matches!(state, wasm_eventsource::State::Open).into(), ""));
    #[cfg(cost = "on_frame")]
    let source = source.on_frame("ping", |frame| log(0, frame.data()));
    #[cfg(cost = "when")]
    let source = source.close_on(wasm_eventsource::CloseRule::when(|frame| {
        frame.data() == "end"
    }));
    #[cfg(cost = "data")]
    let source = source.close_on(wasm_eventsource::CloseRule::data("[DONE]"));
    #[cfg(cost = "buffer")]
    let source = source.buffer(wasm_eventsource::Buffer::drop_oldest(100));
    #[cfg(cost = "credentials")]
    let source = source.with_credentials(true);
    let mut messages = source.stream()?;
    let mut count = 0;
    #[cfg(not(cost = "lifecycle"))]
    while let Some(message) = messages.next().await {
        count += 1;
        log(count, message?.data());
    }
    #[cfg(cost = "lifecycle")]
    {
        let mut items = messages.with_lifecycle();
        while let Some(item) = items.next().await {
            count += 1;
            if let wasm_eventsource::Lifecycle::Message(message) = item? {
                log(count, message.data());
            }
        }
    }
    Ok(())
}
