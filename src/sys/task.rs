//! Tasks of the browser's event loop on demand, and the clock.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::EventTarget;

use super::listener::Listener;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = MessageChannel)]
    type Channel;

    #[wasm_bindgen(constructor, js_class = "MessageChannel", catch)]
    fn new() -> Result<Channel, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn port1(this: &Channel) -> Port;

    #[wasm_bindgen(method, getter)]
    fn port2(this: &Channel) -> Port;

    #[wasm_bindgen(extends = EventTarget)]
    type Port;

    #[wasm_bindgen(method, catch)]
    fn start(this: &Port) -> Result<(), JsValue>;

    #[wasm_bindgen(method)]
    fn close(this: &Port);

    #[wasm_bindgen(method, catch, js_name = postMessage)]
    fn post(this: &Port, message: u32) -> Result<(), JsValue>;
}

#[cfg(feature = "fetch")]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Tasks on demand, by a `MessageChannel`: timers are delayed, most of all in hidden pages.
pub(crate) struct Tasks {
    from: Port,
    to: Port,
    _listener: Listener,
}

impl Tasks {
    /// `listen` listens for the event `message`, which each task dispatches to its argument. `None` without
    /// `MessageChannel`.
    pub fn new(listen: impl FnOnce(&EventTarget) -> Option<Listener>) -> Option<Self> {
        let channel = Channel::new().ok()?;
        let to = channel.port2();
        let listener = listen(&to)?;
        to.start().ok()?;
        Some(Tasks {
            from: channel.port1(),
            to,
            _listener: listener,
        })
    }

    /// Requests a task, and returns whether it will come.
    pub fn request(&self) -> bool {
        self.from.post(0).is_ok()
    }
}

impl Drop for Tasks {
    /// A channel that is not closed may stay alive in the browser.
    fn drop(&mut self) {
        self.to.close();
    }
}

/// Milliseconds of a monotonic clock.
#[cfg(feature = "fetch")]
pub(crate) fn now() -> f64 {
    performance_now()
}
