//! The browser suite. `cargo xtask test` runs it in every engine, in a window and in a dedicated worker.
//!
//! In which of the two, the variables WASM_BINDGEN_USE_BROWSER and WASM_BINDGEN_USE_DEDICATED_WORKER say to the
//! runner; there is no `wasm_bindgen_test_configure!` here, which would have precedence. By hand it is a window,
//! as `.cargo/config.toml` says.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::duplicate_mod, reason = "the suite is run with two transports")]

mod fetch;
mod js_values;
mod native;
mod observe;
mod scenario;

type Scenario = scenario::Scenario<false>;

/// The suite with the browser's own `EventSource`.
#[path = "."]
mod event_source {
    const OVER_FETCH: bool = false;
    mod suite;
}

/// The same tests with connections over `fetch()`. A window is enough for them: in a worker are those in
/// `fetch/`.
#[path = "."]
mod over_fetch {
    const OVER_FETCH: bool = true;
    mod suite;
}
