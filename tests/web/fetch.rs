//! What only a connection over `fetch()` can do; a file a promise. What it has in common with the
//! browser's own `EventSource` is tested in `suite/`, which runs over `fetch()` as well.

use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_eventsource::{CloseReason, Error, EventSource, EventStream};
use web_sys::{Request, RequestInit, Response};

use crate::{Scenario, observe::next};

mod aborting;
mod answers;
mod backpressure;
mod blocked;
mod callbacks;
mod cors;
mod limits;
mod pace;
mod races;
mod requests;
mod resuming;
mod retrying;

#[derive(Debug, PartialEq, Deserialize)]
struct Numbered {
    n: u64,
}

impl Scenario {
    /// The route as the beginning of a connection over `fetch()`.
    fn fetch(&self, route: &str) -> EventSource {
        EventSource::fetch(self.url(route))
    }
}

/// The error that comes next. It is the only one, the end is behind it, and it is the reason.
async fn last_error<T>(stream: &mut EventStream<T>) -> Error {
    let error = match next(stream).await {
        Some(Err(error)) => error,
        Some(Ok(_)) => panic!("an error, not a message"),
        None => panic!("an error, not the end"),
    };
    for _ in 0..2 {
        assert!(next(stream).await.is_none(), "one error only");
    }
    let reason = Some(CloseReason::Failed(error.clone()));
    assert_eq!(stream.close_reason(), reason);
    error
}

#[derive(Debug, PartialEq)]
enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

/// The engine, for the few things that engines do each in their own way.
fn engine() -> Engine {
    let agent = js_sys::eval("navigator.userAgent").expect("a navigator");
    let agent = agent.as_string().expect("a text");
    if agent.contains("Firefox") {
        Engine::Firefox
    } else if agent.contains("Chrome") {
        Engine::Chromium
    } else {
        Engine::WebKit
    }
}

async fn text(response: &Response) -> String {
    let text = JsFuture::from(response.text().expect("a body not yet read")).await;
    text.expect("a body").as_string().expect("a text")
}

/// A request of the program's own, with a `RequestInit` that is written in JavaScript.
fn request(url: &str, init: &str) -> Request {
    let init = js_sys::eval(&format!("({init})")).expect("an object");
    let init: RequestInit = init.unchecked_into();
    Request::new_with_str_and_init(url, &init).expect("a request")
}

/// Puts something in the place of the browser's `fetch`: an expression that may use `original`. Returns
/// what puts it back.
fn with_fetch(replacement: &str) -> js_sys::Function {
    let put = format!(
        "(() => {{
            const original = globalThis.fetch;
            globalThis.fetch = {replacement};
            return () => {{ globalThis.fetch = original; }};
        }})()"
    );
    js_sys::eval(&put).expect("plain JavaScript").into()
}

fn put_back(original: &js_sys::Function) {
    original
        .call0(&wasm_bindgen::JsValue::NULL)
        .expect("it was there before");
}
