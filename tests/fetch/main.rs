//! What the browser suite shows of the browser's own `EventSource`, shown of connections over
//! `fetch()`: the same tests, in a window.
//!
//! Two files of the suite are not here. `native.rs` has what is true of the browser's own alone, each
//! test with the reason; `fetch/` runs with the suite, and needs no second time.
#![cfg(target_arch = "wasm32")]

use wasm_eventsource::EventSource;

#[path = "../web/suite"]
mod suite {
    mod buffers;
    mod bursts;
    mod callbacks;
    mod cleanup;
    mod endings;
    mod failures;
    #[cfg(feature = "js")]
    mod js_values;
    mod messages;
    mod observe;
    mod reconnecting;
    // What only the tests in `fetch/` ask the server for is not asked for here.
    #[expect(dead_code)]
    mod scenario;
    mod states;
    mod typed;
}

/// Whether this target's connections are made over `fetch()`.
const OVER_FETCH: bool = true;

/// The beginning of each connection.
fn event_source(url: impl Into<String>) -> EventSource {
    EventSource::fetch(url)
}

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
