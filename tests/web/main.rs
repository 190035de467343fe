//! The browser suite in a window. `cargo xtask test` runs it in every engine.
#![cfg(target_arch = "wasm32")]

mod suite;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
