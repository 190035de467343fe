//! A text that comes again and again, such as an event's name: JavaScript's own of it is made once.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

/// The last one.
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
