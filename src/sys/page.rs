//! Whether the page is unloaded.

use std::{cell::Cell, rc::Rc};

use gloo_events::EventListener;
use js_sys::{Reflect, global};
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

/// Knows whether the page was left for good, by its `pagehide` event. While a page or frame is unloaded,
/// browsers cut its connections, which is no loss that a program has to see. A page that goes into the
/// back/forward cache may be shown again, and is not unloaded.
///
/// Workers and Node.js have no such event.
pub(crate) struct PageWatch {
    is_left: Rc<Cell<bool>>,
    _listener: Option<EventListener>,
}

impl PageWatch {
    pub fn new() -> Self {
        let is_left = Rc::<Cell<bool>>::default();
        let left = Rc::clone(&is_left);
        let global = global().dyn_into::<EventTarget>().ok();
        let listener = global.map(|global| {
            EventListener::new(&global, "pagehide", move |event| {
                let persisted = Reflect::get(event, &"persisted".into());
                left.set(persisted.is_ok_and(|persisted| !persisted.is_truthy()));
            })
        });
        PageWatch {
            is_left,
            _listener: listener,
        }
    }

    pub fn is_left(&self) -> bool {
        self.is_left.get()
    }
}
