//! The browser suite in a dedicated worker: the same tests, without a window.
#![cfg(target_arch = "wasm32")]

use wasm_eventsource::EventSource;

#[path = "../web/suite/mod.rs"]
mod suite;

/// Whether this target's connections are made over `fetch()`.
const OVER_FETCH: bool = false;

/// The beginning of each connection.
fn event_source(url: impl Into<String>) -> EventSource {
    EventSource::new(url)
}

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
