//! `fetch()` and its requests.

use js_sys::{Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, Response};

use super::exception::property;

#[wasm_bindgen]
extern "C" {
    /// In windows and workers alike; `web-sys` has it as a method of each.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch_globally(request: &Request, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// Sets an option of a request. The setters of `web-sys` are an import and a JavaScript function each, and
/// those of a keyword bring the list of all keywords.
pub(crate) fn set_option(init: &JsValue, name: &str, value: impl Into<JsValue>) {
    // The object is made here: setting cannot fail.
    let _ = Reflect::set(init, &name.into(), &value.into());
}

/// Takes over the referrer, which a copy of a request does not keep.
pub(crate) fn keep_referrer(init: &RequestInit, request: &Request) {
    for name in ["referrer", "referrerPolicy"] {
        if let Some(value) = property(request, name) {
            set_option(init, name, value);
        }
    }
}

/// Sends the request. Where `fetch` is missing or throws at once, the result is as if it had rejected.
pub(crate) async fn fetch(request: &Request, init: &RequestInit) -> Result<Response, JsValue> {
    let response = JsFuture::from(fetch_globally(request, init)?).await?;
    response.dyn_into()
}
