//! The browser's frames, in which a page is drawn.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::{closure::Closure, prelude::*};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = requestAnimationFrame)]
    fn request_animation_frame(run: &JsValue) -> Result<f64, JsValue>;

    #[wasm_bindgen(catch, js_name = cancelAnimationFrame)]
    fn cancel_animation_frame(id: f64) -> Result<(), JsValue>;
}

/// The longest wait for a frame, in milliseconds, before the task runs without one. Only hidden pages wait,
/// and browsers run their timers at most once a second.
const LONGEST_FRAME: u32 = 1000;

/// A task that runs in the browser's next frame, or after a second, because a hidden page has no frames.
/// Dropping it cancels the task.
///
/// `gloo-render` panics without a window, and does not run in hidden pages.
pub(crate) struct NextFrame {
    id: Option<f64>,
    _run: Closure<dyn FnMut()>,
    _timeout: Timeout,
}

impl NextFrame {
    /// `None` outside of a browser. The task must drop this, or it runs twice.
    pub fn request(run: impl Fn() + 'static) -> Option<Self> {
        if cfg!(not(target_arch = "wasm32")) {
            return None;
        }
        let run = Rc::new(run);
        let late = Rc::clone(&run);
        let run = Closure::<dyn FnMut()>::new(move || run());
        Some(NextFrame {
            id: request_animation_frame(run.as_ref()).ok(),
            _run: run,
            _timeout: Timeout::new(LONGEST_FRAME, move || late()),
        })
    }
}

impl Drop for NextFrame {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            // It is missing only together with `requestAnimationFrame`.
            let _ = cancel_animation_frame(id);
        }
    }
}
