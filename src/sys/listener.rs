//! Event listeners without options. Those of `gloo-events`, which have them, make the smallest app a
//! kilobyte larger.

use std::sync::Arc;

use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Event, EventTarget};

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type Target;

    #[wasm_bindgen(method, catch, js_name = addEventListener)]
    fn add(this: &Target, name: &str, heard: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, js_name = removeEventListener)]
    fn remove(this: &Target, name: &str, heard: &JsValue);
}

/// Removes the listener when it is dropped.
pub(crate) struct Listener {
    target: Target,
    name: Arc<str>,
    heard: Closure<dyn FnMut(&Event)>,
}

impl Listener {
    /// `None` if the target has no events.
    pub fn new(
        target: &EventTarget,
        name: Arc<str>,
        heard: impl FnMut(&Event) + 'static,
    ) -> Option<Self> {
        let listener = Listener {
            target: target.unchecked_ref::<Target>().clone(),
            name,
            heard: Closure::new(heard),
        };
        let added = listener.target.add(&listener.name, listener.heard.as_ref());
        added.is_ok().then_some(listener)
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.target.remove(&self.name, self.heard.as_ref());
    }
}
