//! The `abort` event of a signal.

use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};

/// Runs this when the signal is aborted, unless the returned listener is dropped before.
pub(crate) fn on_abort(signal: &JsValue, run: impl FnOnce() + 'static) -> EventListener {
    let mut run = Some(run);
    EventListener::new(signal.unchecked_ref(), "abort", move |_| {
        if let Some(run) = run.take() {
            run();
        }
    })
}
