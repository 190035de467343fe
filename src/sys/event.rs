//! The browser's `EventSource` and its events.

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{Event, EventSource};

#[wasm_bindgen]
extern "C" {
    /// A `MessageEvent` of an `EventSource`, whose data is always a string. Reading it as one saves a
    /// JavaScript value, and its conversion, for each message. A page may have replaced `EventSource` by
    /// something that dispatches other data: check [`has_text`](Self::has_text) first.
    pub(crate) type StringEvent;

    #[wasm_bindgen(method, getter, js_name = data)]
    fn any_data(this: &StringEvent) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn data(this: &StringEvent) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    pub(crate) fn last_event_id(this: &StringEvent) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn origin(this: &StringEvent) -> Option<String>;

    #[wasm_bindgen(js_name = EventSource)]
    type Constructor;

    #[wasm_bindgen(constructor, catch, js_class = "EventSource")]
    fn new(url: &str, init: &JsValue) -> Result<Constructor, JsValue>;
}

impl StringEvent {
    pub(crate) fn of(event: &Event) -> &Self {
        event.unchecked_ref()
    }

    /// Whether the data is a string.
    pub(crate) fn has_text(&self) -> bool {
        self.any_data().as_string().is_some()
    }
}

/// Whether the server sent the event. The connection's events `open` and `error` are not messages.
pub(crate) fn is_message(event: &Event) -> bool {
    !StringEvent::of(event).last_event_id().is_undefined()
}

/// The browser's constructor, with the [options](with_credentials) of its second argument.
pub(crate) fn new_event_source(url: &str, init: &JsValue) -> Result<EventSource, JsValue> {
    Constructor::new(url, init).map(JsCast::unchecked_into)
}

/// The options for cookies to another origin. Only apps that use it link the functions for objects.
pub(crate) fn with_credentials() -> JsValue {
    let init = Object::new();
    // The object is made here: setting cannot fail.
    let _ = Reflect::set(&init, &"withCredentials".into(), &true.into());
    init.into()
}
