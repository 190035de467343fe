//! Payloads as JavaScript values, and types that are read by way of them.

use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::Frame;

#[derive(Debug, PartialEq, Deserialize)]
struct Tick {
    symbol: String,
    price: f64,
    sizes: Vec<u32>,
    note: Option<String>,
}

const TICK: &str = r#"{"symbol":"ABC 🦀","price":41.5,"sizes":[1,2],"note":null}"#;

#[wasm_bindgen_test]
fn a_payload_becomes_the_value_that_json_parse_makes_of_it() {
    let value = Frame::new("tick", TICK).js_value().unwrap();
    let price = js_sys::Reflect::get(&value, &"price".into()).unwrap();
    assert_eq!(price.as_f64(), Some(41.5));
    assert_eq!(js_sys::JSON::stringify(&value).unwrap(), TICK);
}

#[wasm_bindgen_test]
fn a_type_read_by_way_of_javascript_equals_the_one_read_from_json() {
    let frame = Frame::new("tick", TICK);
    assert_eq!(frame.json_by_js::<Tick>(), frame.json::<Tick>());
}

#[wasm_bindgen_test]
fn what_is_no_json_or_has_another_shape_is_an_error_with_the_message() {
    for data in ["", "{", "plain", "{\"symbol\":\n1}", "[1"] {
        let frame = Frame::new("tick", data).with_last_event_id("7");
        let error = frame.json_by_js::<Tick>().expect_err(data);
        assert_eq!(*error.message(), frame);
        assert!(!error.reason().is_empty());
    }
    assert!(Frame::new("tick", "{").js_value().is_err());
}
