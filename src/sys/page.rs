//! The page, and its end.

use wasm_bindgen::{JsCast, prelude::wasm_bindgen};
use web_sys::{Event, EventTarget};

#[wasm_bindgen]
extern "C" {
    type PageTransition;

    #[wasm_bindgen(method, getter)]
    fn persisted(this: &PageTransition) -> bool;

    #[wasm_bindgen(js_name = globalThis)]
    type Global;

    #[wasm_bindgen(static_method_of = Global, js_class = "globalThis", getter, js_name = self)]
    fn own_global() -> Option<EventTarget>;
}

/// The event of a page that is left. While a page or frame is unloaded, browsers cut its connections, which
/// is no loss that a program has to see. Workers have no such event.
pub(crate) const PAGE_HIDE: &str = "pagehide";

/// The window or the worker; `None` in Node.js, whose global object has no events.
pub(crate) fn event_target() -> Option<EventTarget> {
    Global::own_global()
}

/// Whether the page is unloaded by this event. A page that goes into the back/forward cache may be shown
/// again.
pub(crate) fn unloads(event: &Event) -> bool {
    !event.unchecked_ref::<PageTransition>().persisted()
}
