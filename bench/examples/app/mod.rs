//! What the apps share.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

#[derive(Deserialize)]
pub struct Tick {
    pub n: f64,
    pub text: String,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    pub fn log(count: u32, n: f64, text: &str);
}
