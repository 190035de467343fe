//! The browser suite in a window. `cargo xtask test` runs it in every engine.
#![cfg(target_arch = "wasm32")]

use wasm_eventsource::EventSource;

mod suite;

/// Whether this target's connections are made over `fetch()`.
const OVER_FETCH: bool = false;

/// The beginning of each connection.
fn event_source(url: impl Into<String>) -> EventSource {
    EventSource::new(url)
}

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
