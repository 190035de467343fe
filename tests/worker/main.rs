//! The browser suite in a dedicated worker: the same tests, without a window.
#![cfg(target_arch = "wasm32")]

#[path = "../web/suite/mod.rs"]
mod suite;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
