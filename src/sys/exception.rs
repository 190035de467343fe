//! JavaScript exceptions: their messages, and how those of the program are caught and reported.

use js_sys::{Array, Error, Reflect};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = reportError)]
    fn report_error_globally(thrown: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn log_error(thrown: &JsValue);

    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = apply)]
    fn apply(run: &mut dyn FnMut(), this: &JsValue, arguments: &Array) -> Result<(), JsValue>;
}

#[cfg(feature = "fetch")]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = String)]
    fn text_of(value: &JsValue) -> Result<String, JsValue>;
}

/// The `EventSource` constructor throws errors and, replaced by a page, perhaps texts.
#[cfg(not(feature = "fetch"))]
fn text_of(value: &JsValue) -> Result<String, JsValue> {
    value.as_string().ok_or(JsValue::UNDEFINED)
}

thread_local! {
    static NO_ARGUMENTS: Array = Array::new();
}

/// Runs code of the program. Its exceptions are caught and reported, as the platform does for event handlers,
/// and the caller goes on.
///
/// Wasm does not unwind: the stack frames between the exception and this call are removed without running
/// destructors. Their values leak, and their borrows never end. So a value that must survive an exception
/// belongs to a stack frame outside of this call.
pub(crate) fn guarded(run: impl FnOnce()) {
    let mut run = Some(run);
    run_guarded(&mut || {
        if let Some(run) = run.take() {
            run();
        }
    });
}

/// Not generic: each instance would add an import and a JavaScript function.
#[inline(never)]
fn run_guarded(run: &mut dyn FnMut()) {
    if cfg!(not(target_arch = "wasm32")) {
        // On the host a panic stands for the exception. The panic hook reports it.
        let run = std::panic::AssertUnwindSafe(run);
        drop(std::panic::catch_unwind(run));
        return;
    }
    let done = NO_ARGUMENTS.with(|none| apply(&mut || run(), &JsValue::UNDEFINED, none));
    if let Err(thrown) = done {
        report(&thrown);
    }
}

/// Reports a failure that no code of the program has seen, like an uncaught exception.
pub(crate) fn report_failure(message: &str) {
    if cfg!(target_arch = "wasm32") {
        report(&new_error(message));
    }
}

fn report(thrown: &JsValue) {
    if report_error_globally(thrown).is_err() {
        // Older engines, and Node, have no `reportError`.
        log_error(thrown);
    }
}

pub(crate) fn new_error(message: &str) -> JsValue {
    Error::new(message).into()
}

/// The text of an exception: an error's message, or any other value as a string.
pub(crate) fn detail(thrown: &JsValue) -> String {
    property(thrown, "message")
        .or_else(|| text_of(thrown).ok())
        .unwrap_or_default()
}

/// A string property; `None` for other properties, and for values that are not objects.
pub(crate) fn property(of: &JsValue, name: &str) -> Option<String> {
    Reflect::get(of, &name.into()).ok()?.as_string()
}
