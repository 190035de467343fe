//! A text that often repeats, such as an event's name: its JavaScript string is made once.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

/// The last text and its JavaScript string.
#[derive(Default)]
pub(super) struct LastText(RefCell<(String, JsValue)>);

impl LastText {
    pub fn of(&self, text: &str) -> JsValue {
        let (known, value) = &mut *self.0.borrow_mut();
        if known != text || value.is_undefined() {
            known.clear();
            known.push_str(text);
            *value = JsValue::from_str(text);
        }
        value.clone()
    }
}
