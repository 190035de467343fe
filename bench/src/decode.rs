//! Decoding alone: the same texts, again and again, each way that leads to a Rust value.
//!
//! Each function returns the sum of all `n`, so that the page can see that all was decoded.

use std::hint::black_box;

use js_sys::JsString;
use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;

/// A record of numbers, about 30 bytes.
#[derive(Deserialize)]
struct Numbers {
    n: f64,
    #[serde(rename = "x")]
    _x: f64,
    #[serde(rename = "y")]
    _y: f64,
}

/// A record of several types, about 100 bytes.
#[derive(Deserialize)]
struct Record {
    n: f64,
    #[serde(rename = "symbol")]
    _symbol: String,
    #[serde(rename = "price")]
    _price: f64,
    #[serde(rename = "open")]
    _open: bool,
    #[serde(rename = "note")]
    _note: String,
}

#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Texts {
    Numbers,
    Record,
    Records,
}

#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Way {
    /// The text lies in wasm's memory already.
    SerdeJson,
    /// The text is a JavaScript string, as an event's data is.
    SerdeJsonFromJs,
    /// Parsed by JavaScript, the result read by `serde-wasm-bindgen`.
    JsonParse,
}

#[wasm_bindgen]
pub fn decode(
    shape: Texts,
    way: Way,
    texts: Vec<JsString>,
    repetitions: u32,
) -> Result<f64, JsError> {
    match shape {
        Texts::Numbers => sum(way, &texts, repetitions, |value: Numbers| value.n),
        Texts::Record => sum(way, &texts, repetitions, |value: Record| value.n),
        Texts::Records => sum(way, &texts, repetitions, |values: Vec<Record>| {
            values.iter().map(|value| value.n).sum()
        }),
    }
}

fn sum<T: DeserializeOwned>(
    way: Way,
    texts: &[JsString],
    repetitions: u32,
    number: fn(T) -> f64,
) -> Result<f64, JsError> {
    match way {
        Way::SerdeJson => {
            let texts: Vec<String> = texts.iter().map(String::from).collect();
            repeat(&texts, repetitions, number, |text| {
                Ok(serde_json::from_str(text)?)
            })
        }
        Way::SerdeJsonFromJs => repeat(texts, repetitions, number, |text| {
            Ok(serde_json::from_str(&String::from(text))?)
        }),
        Way::JsonParse => repeat(texts, repetitions, number, |text| {
            Ok(serde_wasm_bindgen::from_value(parse(text)?)?)
        }),
    }
}

fn repeat<S, T>(
    texts: &[S],
    repetitions: u32,
    number: fn(T) -> f64,
    decode: impl Fn(&S) -> Result<T, JsError>,
) -> Result<f64, JsError> {
    let mut sum = 0.0;
    for _ in 0..repetitions {
        for text in texts {
            sum += number(black_box(decode(text)?));
        }
    }
    Ok(sum)
}

#[wasm_bindgen]
extern "C" {
    /// Unlike `js_sys`'s it takes a JavaScript string as it is, without a way through wasm.
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn parse_js(text: &JsString) -> Result<JsValue, JsValue>;
}

fn parse(text: &JsString) -> Result<JsValue, JsError> {
    parse_js(text).map_err(|_| JsError::new("not JSON"))
}
