//! The page, and its end.

use js_sys::{Reflect, global};
use wasm_bindgen::JsCast;
use web_sys::{Event, EventTarget};

/// The event of a page that is left. While a page or frame is unloaded, browsers cut its connections, which
/// is no loss that a program has to see. Workers have no such event.
pub(crate) const PAGE_HIDE: &str = "pagehide";

/// The window or the worker; `None` in Node.js, whose global object has no events.
pub(crate) fn event_target() -> Option<EventTarget> {
    global().dyn_into().ok()
}

/// Whether the page is unloaded by this event. A page that goes into the back/forward cache may be shown
/// again.
pub(crate) fn unloads(event: &Event) -> bool {
    let persisted = Reflect::get(event, &"persisted".into());
    persisted.is_ok_and(|persisted| !persisted.is_truthy())
}
