//! Whether the page is being left.

#[cfg(feature = "fetch")]
use std::task::{Context, Poll};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    task::Waker,
};

use gloo_events::EventListener;
use js_sys::global;
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

/// Knows whether the page was left, from its `pagehide` event to a `pageshow`. While a page is unloaded,
/// browsers cut its connections, and a frame that navigates away must not take that for a loss.
///
/// Workers and Node.js have no such events.
pub(crate) struct PageWatch {
    page: Rc<Page>,
    _listeners: Option<[EventListener; 2]>,
}

#[derive(Default)]
struct Page {
    is_left: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl PageWatch {
    /// Calls `shown` when the page is back.
    pub fn new(mut shown: impl FnMut() + 'static) -> Self {
        let page = Rc::<Page>::default();
        let (hidden, back) = (Rc::clone(&page), Rc::clone(&page));
        let global = global().dyn_into::<EventTarget>().ok();
        let listeners = global.map(|global| {
            [
                EventListener::new(&global, "pagehide", move |_| hidden.is_left.set(true)),
                EventListener::new(&global, "pageshow", move |_| {
                    if back.is_left.replace(false) {
                        let waker = back.waker.take();
                        if let Some(waker) = waker {
                            waker.wake();
                        }
                        shown();
                    }
                }),
            ]
        });
        PageWatch {
            page,
            _listeners: listeners,
        }
    }

    pub fn is_left(&self) -> bool {
        self.page.is_left.get()
    }

    /// Ready unless the page was left.
    #[cfg(feature = "fetch")]
    pub fn poll_shown(&self, cx: &Context<'_>) -> Poll<()> {
        if !self.is_left() {
            return Poll::Ready(());
        }
        self.page.waker.replace(Some(cx.waker().clone()));
        Poll::Pending
    }
}
