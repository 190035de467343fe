//! The options of the request, and the request that is made of them.

use std::{future::Future, pin::Pin, rc::Rc};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStream, Request, RequestInit};

use super::mime::EVENT_STREAM;
use crate::{
    error::OpenError,
    parser::Parser,
    retry::{self, Policy},
    session::Session,
    sys,
};

pub(crate) type Headers = Vec<(String, String)>;

/// Computes headers, or returns an error text.
pub(crate) type FreshHeaders = dyn Fn() -> Pin<Box<dyn Future<Output = Result<Headers, String>>>>;

/// Called with the text of each comment.
pub(crate) type CommentCallback = dyn FnMut(&str);

/// Opens a connection with these options: [`open`](super::open).
pub(crate) type Open = fn(&Rc<Session>, RequestOptions, bool) -> Result<(), OpenError>;

/// The options. What only some apps set is a function, so that only those link it.
pub(crate) struct RequestOptions {
    pub open: Open,
    given: Option<Given>,
    pub method: Option<String>,
    headers: Option<SetHeaders>,
    pub fresh_headers: Option<Box<FreshHeaders>>,
    set_body: Option<SetBody>,
    /// Whether the body is a stream. Known after the request is made.
    pub streams_body: bool,
    pub is_json: bool,
    pub last_event_id: String,
    pub reconnect: Option<bool>,
    pub policy: Box<dyn Policy>,
    pub comments: Vec<Box<CommentCallback>>,
    pub max_event_size: usize,
}

/// A request of the program. The other options replace parts of it.
struct Given {
    request: Request,
    copy: fn(&Request, &RequestInit) -> Result<Request, JsValue>,
    keep_referrer: KeepReferrer,
}

/// Takes over the referrer of a request, which a copy does not keep.
pub(crate) type KeepReferrer = fn(&RequestInit, &Request);

/// Sets the body, and returns whether it is a stream.
type SetBody = Box<dyn FnOnce(&RequestInit) -> Result<bool, OpenError>>;

type SetHeaders = Box<dyn FnOnce(&Request) -> Result<(), OpenError>>;

impl RequestOptions {
    pub fn new(open: Open) -> Self {
        RequestOptions {
            open,
            given: None,
            method: None,
            headers: None,
            fresh_headers: None,
            set_body: None,
            streams_body: false,
            is_json: false,
            last_event_id: String::new(),
            reconnect: None,
            policy: retry::default_policy(),
            comments: Vec::new(),
            max_event_size: Parser::DEFAULT_MAX_EVENT_SIZE,
        }
    }

    pub fn give(&mut self, request: Request) {
        self.given = Some(Given {
            request,
            copy: |request, init| {
                sys::keep_referrer(init, request);
                Request::new_with_request_and_init(request, init)
            },
            keep_referrer: sys::keep_referrer,
        });
    }

    /// Sets a header after those that were set before.
    pub fn header(&mut self, name: String, value: String) {
        let before = self.headers.take();
        self.headers = Some(Box::new(move |request| {
            if let Some(before) = before {
                before(request)?;
            }
            set_header(request, &name, &value).map_err(|detail| invalid_header(&name, detail))
        }));
    }

    /// Sets the body, or the error of its serialization.
    pub fn body(&mut self, body: Result<Body, String>) {
        self.set_body = Some(Box::new(|init| match body {
            Ok(body) => Ok(set_body(init, body)),
            Err(detail) => {
                let detail = detail.into();
                Err(OpenError::InvalidBody { detail })
            }
        }));
    }
}

/// The body of a request: [`EventSource::body`](crate::EventSource::body) takes any type that converts into
/// it.
///
/// ```
/// use wasm_eventsource::{Body, EventSource};
///
/// let text = EventSource::new("/reply").method("POST").body("Hello");
/// let bytes = EventSource::new("/reply").method("POST").body(vec![0, 255]);
/// assert_eq!(Body::from("Hello"), Body::Text("Hello".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// A text; its `Content-Type` is `text/plain;charset=UTF-8` unless a header says otherwise.
    Text(String),
    /// Bytes, without a `Content-Type`.
    Bytes(Vec<u8>),
    /// A value that JavaScript's `fetch()` takes: a `Blob`, `FormData`, `URLSearchParams` and the like.
    Js(JsValue),
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Body::Text(text)
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Body::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Body::Bytes(bytes)
    }
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        Body::Bytes(bytes.to_owned())
    }
}

impl From<JsValue> for Body {
    fn from(value: JsValue) -> Self {
        Body::Js(value)
    }
}

impl From<Body> for JsValue {
    fn from(body: Body) -> Self {
        match body {
            Body::Text(text) => text.into(),
            Body::Bytes(bytes) => js_sys::Uint8Array::from(&bytes[..]).into(),
            Body::Js(value) => value,
        }
    }
}

impl RequestOptions {
    /// The program's request, with the headers and options of every request for an event stream.
    pub fn request(&mut self, url: &str, with_credentials: bool) -> Result<Request, OpenError> {
        OpenError::require_browser(url)?;
        let init = RequestInit::new();
        sys::set_option(&init, "cache", "no-store");
        if with_credentials {
            sys::set_option(&init, "credentials", "include");
        }
        if let Some(method) = &self.method {
            sys::set_option(&init, "method", &**method);
        }
        if let Some(set_body) = self.set_body.take() {
            self.streams_body = set_body(&init)?;
        }
        let request = match &self.given {
            Some(given) => (given.copy)(&given.request, &init),
            None => Request::new_with_str_and_init(url, &init),
        };
        // The constructor throws the same error for each of its arguments.
        let request = request.map_err(|thrown| {
            let invalid_url = self.given.is_none() && !sys::can_be_resolved(url);
            OpenError::thrown(url, &thrown, "fetch", invalid_url)
        })?;
        if self.is_json {
            // Replaces the browser's type for a text. Browsers allow this header.
            let _ = set_header(&request, "Content-Type", "application/json");
        }
        if let Some(set_headers) = self.headers.take() {
            set_headers(&request)?;
        }
        if !has_header(&request, "Accept") {
            let _ = set_header(&request, "Accept", EVENT_STREAM);
        }
        // Each attempt replaces it with the ID that the attempt resumes after.
        if let Ok(Some(id)) = request.headers().get(LAST_EVENT_ID)
            && self.last_event_id.is_empty()
        {
            let bytes: Vec<u8> = id.chars().map(|byte| byte as u8).collect();
            self.last_event_id = String::from_utf8_lossy(&bytes).into_owned();
        }
        set_last_event_id(&request, &self.last_event_id)
            .map_err(|detail| invalid_header(LAST_EVENT_ID, detail))?;
        Ok(request)
    }

    /// For the program's request only: others have the default referrer.
    pub fn keep_referrer(&self) -> Option<KeepReferrer> {
        self.given.as_ref().map(|given| given.keep_referrer)
    }
}

fn invalid_header(name: &str, detail: String) -> OpenError {
    let (name, detail) = (name.into(), detail.into());
    OpenError::InvalidHeader { name, detail }
}

pub(super) const LAST_EVENT_ID: &str = "Last-Event-ID";

fn set_body(init: &RequestInit, body: Body) -> bool {
    let body = JsValue::from(body);
    let is_stream = body.is_instance_of::<ReadableStream>();
    if is_stream {
        // Browsers require it for a stream.
        sys::set_option(init, "duplex", "half");
    }
    sys::set_option(init, "body", body);
    is_stream
}

/// Sets a header, or returns why the browser would not send it.
pub(super) fn set_header(request: &Request, name: &str, value: &str) -> Result<(), String> {
    let set = request.headers().set(name, value);
    set.map_err(|thrown| sys::detail(&thrown))?;
    // Browsers ignore headers that only they may set.
    if has_header(request, name) {
        Ok(())
    } else {
        Err("the browser does not let programs set it on this request".to_owned())
    }
}

fn has_header(request: &Request, name: &str) -> bool {
    request.headers().has(name).unwrap_or_default()
}

/// The longest ID, in bytes. Servers reject longer headers.
const LONGEST_ID: usize = 64 * 1024;

/// Sets `Last-Event-ID`, or removes it if the ID is empty. The standard encodes the ID as UTF-8, and
/// JavaScript's header values have one character for each byte.
pub(super) fn set_last_event_id(request: &Request, id: &str) -> Result<(), String> {
    let is_control = |c: char| c.is_ascii_control() && c != '\t';
    if id.contains(is_control) {
        return Err("the ID has control characters, which headers cannot have".to_owned());
    }
    if id.len() > LONGEST_ID {
        return Err(format!(
            "the ID has {} bytes, more than the limit of {LONGEST_ID}",
            id.len()
        ));
    }
    if id.is_empty() {
        // Removes the ID of the previous attempt.
        let _ = request.headers().delete(LAST_EVENT_ID);
        return Ok(());
    }
    let bytes: String = id.bytes().map(char::from).collect();
    set_header(request, LAST_EVENT_ID, &bytes)
}
