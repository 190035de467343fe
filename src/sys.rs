//! Every call into JavaScript that `web-sys` does not offer, or offers more slowly. Casts without a
//! check are here and nowhere else.

#[cfg(any(feature = "yew", feature = "leptos"))]
mod frame;

use gloo_events::EventListener;
use js_sys::{Array, Reflect};
#[cfg(feature = "fetch")]
use js_sys::{Error, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
#[cfg(feature = "fetch")]
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, EventSource, EventSourceInit, EventTarget, MessageEvent};
#[cfg(feature = "fetch")]
use web_sys::{ReadableStream, ReadableStreamDefaultReader, Request, RequestInit, Response, Url};

use crate::{OpenError, close::MESSAGE};

#[cfg(any(feature = "yew", feature = "leptos"))]
pub(crate) use frame::NextFrame;

#[wasm_bindgen]
extern "C" {
    /// A `MessageEvent` of an `EventSource`, whose data is always a string. Getting it as one saves
    /// a JavaScript value, and its way to a string, for each message; but nothing else may be got so.
    /// What a page has put in the place of `EventSource` is looked at by [`is_text`] first.
    type StringMessageEvent;

    #[wasm_bindgen(method, getter, js_name = data)]
    fn any_data(this: &StringMessageEvent) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn data(this: &StringMessageEvent) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    fn last_event_id(this: &StringMessageEvent) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn origin(this: &StringMessageEvent) -> Option<String>;

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

    #[wasm_bindgen(catch, js_name = reportError)]
    fn report_error_globally(thrown: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = String)]
    fn text_of(value: &JsValue) -> Result<String, JsValue>;

    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn log_error(thrown: &JsValue);

    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = apply)]
    fn apply(run: &mut dyn FnMut(), this: &JsValue, arguments: &Array) -> Result<(), JsValue>;
}

#[cfg(feature = "fetch")]
#[wasm_bindgen]
extern "C" {
    /// In windows and workers alike; `web-sys` has it as a method of each.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch_globally(request: &Request, init: &RequestInit) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    #[wasm_bindgen(extends = ReadableStream, js_name = ReadableStream)]
    type Body;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Body) -> Result<ReadableStreamDefaultReader, JsValue>;

    #[wasm_bindgen(js_name = Object)]
    type ReadResult;

    #[wasm_bindgen(method, getter)]
    fn done(this: &ReadResult) -> bool;

    #[wasm_bindgen(method, getter)]
    fn value(this: &ReadResult) -> JsValue;
}

/// Whether the event is one that an `EventSource` dispatches: one whose data is a string.
pub(crate) fn is_text(event: &Event) -> bool {
    event
        .unchecked_ref::<StringMessageEvent>()
        .any_data()
        .is_string()
}

/// The data. wasm-bindgen brings them in unit by unit; the browser's encoder was quicker for long ones in
/// Chromium, and slower in WebKit.
pub(crate) fn data(event: &Event) -> Option<String> {
    event.unchecked_ref::<StringMessageEvent>().data()
}

pub(crate) fn last_event_id(event: &Event) -> Option<String> {
    event.unchecked_ref::<StringMessageEvent>().last_event_id()
}

pub(crate) fn origin(event: &Event) -> Option<String> {
    event.unchecked_ref::<StringMessageEvent>().origin()
}

/// Whether the event was sent by the server, and not by the connection.
pub(crate) fn is_message(event: &Event) -> bool {
    event.is_instance_of::<MessageEvent>()
}

/// The browser's constructor, with its exceptions told apart.
pub(crate) fn new_event_source(
    url: &str,
    with_credentials: bool,
) -> Result<EventSource, OpenError> {
    require_browser(url)?;
    let init = EventSourceInit::new();
    init.set_with_credentials(with_credentials);
    EventSource::new_with_event_source_init_dict(url, &init).map_err(|thrown| {
        let invalid_url = property(&thrown, "name").as_deref() == Some("SyntaxError");
        open_error(url, &thrown, invalid_url)
    })
}

/// Outside a browser the functions of `web-sys` would panic instead of failing.
pub(crate) fn require_browser(url: &str) -> Result<(), OpenError> {
    if cfg!(target_arch = "wasm32") {
        Ok(())
    } else {
        Err(OpenError::Unsupported {
            url: url.to_owned(),
        })
    }
}

fn open_error(url: &str, thrown: &JsValue, invalid_url: bool) -> OpenError {
    let (url, detail) = (url.to_owned(), detail(thrown));
    if property(thrown, "name").as_deref() == Some("ReferenceError") {
        OpenError::Unsupported { url }
    } else if invalid_url {
        OpenError::InvalidUrl { url, detail }
    } else {
        OpenError::Refused { url, detail }
    }
}

/// Sets an option of a request. The setters of `web-sys` are an import and a JavaScript function each, and
/// those of a keyword have a list of all there are.
#[cfg(feature = "fetch")]
pub(crate) fn set_option(init: &RequestInit, name: &str, value: impl Into<JsValue>) {
    // An object made here: setting cannot fail.
    let _ = Reflect::set(init, &name.into(), &value.into());
}

/// Keeps what a copy of a request does not: where it says to come from.
#[cfg(feature = "fetch")]
pub(crate) fn keep_referrer(init: &RequestInit, request: &Request) {
    for name in ["referrer", "referrerPolicy"] {
        if let Some(value) = property(request, name) {
            set_option(init, name, value);
        }
    }
}

/// A request, or a changed copy of another one.
#[cfg(feature = "fetch")]
pub(crate) fn new_request(
    url: &str,
    given: Option<&Request>,
    init: &RequestInit,
) -> Result<Request, OpenError> {
    let request = match given {
        Some(request) => Request::new_with_request_and_init(request, init),
        None => Request::new_with_str_and_init(url, init),
    };
    // It throws the same error for each of its arguments.
    request.map_err(|thrown| open_error(url, &thrown, given.is_none() && parse_url(url).is_none()))
}

/// The URL of the page or worker.
#[cfg(feature = "fetch")]
fn base_url() -> Option<String> {
    let location = Reflect::get(&js_sys::global(), &"location".into()).ok()?;
    property(&location, "href")
}

/// Whether the URL is not of the page's or worker's origin.
#[cfg(feature = "fetch")]
pub(crate) fn is_of_another_origin(url: &str) -> bool {
    let origin = parse_url(url).map(|url| url.origin());
    base_url().is_some_and(|base| Some(origin_of(&base)) != origin)
}

/// The URL, relative to the page's or worker's if need be.
#[cfg(feature = "fetch")]
fn parse_url(url: &str) -> Option<Url> {
    match base_url() {
        Some(base) => Url::new_with_base(url, &base).ok(),
        None => Url::new(url).ok(),
    }
}

/// The origin of a URL that is whole; empty if it has none.
#[cfg(feature = "fetch")]
pub(crate) fn origin_of(url: &str) -> String {
    Url::new(url).map(|url| url.origin()).unwrap_or_default()
}

/// Sends the request. A `fetch` that is not there, or throws at once, is like one that fails.
#[cfg(feature = "fetch")]
pub(crate) async fn fetch(request: &Request, init: &RequestInit) -> Result<Response, JsValue> {
    let response = JsFuture::from(fetch_globally(request, init)?).await?;
    response.dyn_into()
}

/// What a body's reader has read: nothing after the end.
#[cfg(feature = "fetch")]
pub(crate) async fn read(
    reader: &ReadableStreamDefaultReader,
) -> Result<Option<Uint8Array>, JsValue> {
    let result: ReadResult = JsFuture::from(reader.read()).await?.unchecked_into();
    if result.done() {
        return Ok(None);
    }
    // A page may have made the response itself.
    let no_bytes = |_| Error::new("the body of the response is not made of bytes").into();
    result.value().dyn_into().map(Some).map_err(no_bytes)
}

/// The reader of a body; an exception if somebody reads it already.
#[cfg(feature = "fetch")]
pub(crate) fn get_reader(body: &ReadableStream) -> Result<ReadableStreamDefaultReader, JsValue> {
    body.unchecked_ref::<Body>().get_reader()
}

/// Runs this when the signal is aborted, unless what is returned is dropped before.
#[cfg(any(feature = "fetch", feature = "npm"))]
pub(crate) fn on_abort(signal: &JsValue, run: impl FnOnce() + 'static) -> EventListener {
    let mut run = Some(run);
    EventListener::new(signal.unchecked_ref(), "abort", move |_| {
        if let Some(run) = run.take() {
            run();
        }
    })
}

/// Milliseconds from some moment on, by a clock that nobody sets.
#[cfg(feature = "fetch")]
pub(crate) fn now() -> f64 {
    performance_now()
}

/// Runs code of the program's. An exception that it throws is caught and reported, as the platform
/// does with one that an event handler throws: whoever called goes on. What was borrowed when it was
/// thrown stays borrowed, for wasm does not unwind.
pub(crate) fn guarded(run: impl FnOnce()) {
    let mut run = Some(run);
    run_guarded(&mut || {
        if let Some(run) = run.take() {
            run();
        }
    });
}

/// The same once for all: generic, each of them would have an import and a JavaScript function of its own.
#[inline(never)]
fn run_guarded(run: &mut dyn FnMut()) {
    if cfg!(not(target_arch = "wasm32")) {
        return run();
    }
    if let Err(thrown) = apply(&mut || run(), &JsValue::UNDEFINED, &Array::new()) {
        report_error(&thrown);
    }
}

/// The text as the value that JavaScript makes of it, or what JavaScript has against it.
#[cfg(feature = "js")]
pub(crate) fn parse_json(text: &str) -> Result<JsValue, String> {
    if cfg!(not(target_arch = "wasm32")) {
        return Err("there is no JavaScript here".to_owned());
    }
    js_sys::JSON::parse(text).map_err(|thrown| detail(&thrown))
}

/// Tasks of the browser on demand. A `MessageChannel` brings them without the delays that timers
/// have, in hidden pages above all.
pub(crate) struct Tasks {
    from: Port,
    to: Port,
    _listener: EventListener,
}

impl Tasks {
    /// `None` where there is no `MessageChannel`.
    pub fn new(mut run: impl FnMut() + 'static) -> Option<Self> {
        let channel = Channel::new().ok()?;
        let to = channel.port2();
        let listener = EventListener::new(&to, MESSAGE, move |_| run());
        to.start().ok()?;
        Some(Tasks {
            from: channel.port1(),
            to,
            _listener: listener,
        })
    }

    /// Asks for one, and says whether it comes.
    pub fn ask(&self) -> bool {
        self.from.post(0).is_ok()
    }
}

impl Drop for Tasks {
    /// A channel that is not closed may live on in the browser.
    fn drop(&mut self) {
        self.from.close();
        self.to.close();
    }
}

/// What an exception says: an error's message, or the text of anything else.
pub(crate) fn detail(thrown: &JsValue) -> String {
    property(thrown, "message")
        .or_else(|| text_of(thrown).ok())
        .unwrap_or_default()
}

/// A property that is a string. Of what is no object there is none.
pub(crate) fn property(of: &JsValue, name: &str) -> Option<String> {
    Reflect::get(of, &name.into()).ok()?.as_string()
}

/// Does with an exception what the platform does with one that an event handler throws.
pub(crate) fn report_error(thrown: &JsValue) {
    if report_error_globally(thrown).is_err() {
        // Older engines, and Node, have no `reportError`.
        log_error(thrown);
    }
}
