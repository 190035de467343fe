//! What is to be asked: everything that the builder knows of the request, and the request that is
//! made of it for each attempt.

use std::{future::Future, pin::Pin, rc::Rc};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStream, Request, RequestInit};

use crate::{
    Connection, OpenError,
    buffer::Inbox,
    parser::Parser,
    session::Session,
    sys,
    transport::{Reader, Transport},
};

/// The media type of an event stream.
pub(super) const EVENT_STREAM: &str = "text/event-stream";

pub(crate) type Headers = Vec<(String, String)>;

/// Computes headers, or says why there are none.
pub(crate) type FreshHeaders = dyn Fn() -> Pin<Box<dyn Future<Output = Result<Headers, String>>>>;

/// Called with the text of each comment.
pub(crate) type CommentCallback = dyn FnMut(&str);

/// Opens a connection by a plan.
pub(crate) type Open = fn(
    Rc<Session>,
    Plan,
    bool,
    Inbox,
    Reader,
) -> Result<(Connection, Box<dyn Transport>), OpenError>;

pub(crate) struct Plan {
    /// The transport itself. Here, so that it is linked only into apps that make such a plan.
    pub open: Open,
    /// A request of the program's own; what else is here replaces parts of it.
    pub given: Option<Request>,
    pub method: Option<String>,
    pub headers: Headers,
    pub fresh_headers: Option<Box<FreshHeaders>>,
    /// What was given, or why it could not be made.
    pub body: Option<Result<Body, String>>,
    pub is_json: bool,
    pub last_event_id: String,
    pub reconnect: Option<bool>,
    pub comments: Vec<Box<CommentCallback>>,
    pub max_event_size: usize,
}

impl Plan {
    pub fn new(open: Open) -> Self {
        Plan {
            open,
            given: None,
            method: None,
            headers: Vec::new(),
            fresh_headers: None,
            body: None,
            is_json: false,
            last_event_id: String::new(),
            reconnect: None,
            comments: Vec::new(),
            max_event_size: Parser::DEFAULT_MAX_EVENT_SIZE,
        }
    }
}

/// The body of a request: [`EventSource::body`](crate::EventSource::body) takes what converts into it.
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
    /// Bytes, without a `Content-Type` of their own.
    Bytes(Vec<u8>),
    /// What JavaScript's `fetch()` takes: a `Blob`, `FormData`, `URLSearchParams` and the like.
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

impl Plan {
    /// The request as the program wants it, with what every request for an event stream has.
    pub fn request(&mut self, url: &str, with_credentials: bool) -> Result<Request, OpenError> {
        sys::require_browser(url)?;
        let init = RequestInit::new();
        sys::set_option(&init, "cache", "no-store");
        if let Some(given) = &self.given {
            sys::keep_referrer(&init, given);
        }
        if with_credentials {
            sys::set_option(&init, "credentials", "include");
        }
        if let Some(method) = &self.method {
            sys::set_option(&init, "method", &**method);
        }
        match self.body.take() {
            Some(Ok(body)) => set_body(&init, body),
            Some(Err(detail)) => return Err(OpenError::InvalidBody { detail }),
            None => {}
        }
        let request = sys::new_request(url, self.given.as_ref(), &init)?;
        if self.is_json {
            // In the place of what the browser calls a text. It allows this one.
            let _ = set_header(&request, "Content-Type", "application/json");
        }
        for (name, value) in self.headers.drain(..) {
            set_header(&request, &name, &value)
                .map_err(|detail| OpenError::InvalidHeader { name, detail })?;
        }
        if !has_header(&request, "Accept") {
            // Nor does it forbid this one.
            let _ = set_header(&request, "Accept", EVENT_STREAM);
        }
        // It is ours: the next request is to have another one, or none.
        if let Ok(Some(id)) = request.headers().get(LAST_EVENT_ID) {
            if self.last_event_id.is_empty() {
                let bytes: Vec<u8> = id.chars().map(|byte| byte as u8).collect();
                self.last_event_id = String::from_utf8_lossy(&bytes).into_owned();
            }
            let _ = request.headers().delete(LAST_EVENT_ID);
        }
        Ok(request)
    }
}

const LAST_EVENT_ID: &str = "Last-Event-ID";

fn set_body(init: &RequestInit, body: Body) {
    let body = JsValue::from(body);
    if body.is_instance_of::<ReadableStream>() {
        // Without it no browser takes a stream.
        sys::set_option(init, "duplex", "half");
    }
    sys::set_option(init, "body", body);
}

/// Sets a header, or says why the browser would not send it.
pub(super) fn set_header(request: &Request, name: &str, value: &str) -> Result<(), String> {
    let set = request.headers().set(name, value);
    set.map_err(|thrown| sys::detail(&thrown))?;
    // Browsers pass over those that are theirs without a word.
    if has_header(request, name) {
        Ok(())
    } else {
        Err("the browser does not let programs set it, or not for such a request".to_owned())
    }
}

fn has_header(request: &Request, name: &str) -> bool {
    request.headers().has(name).unwrap_or_default()
}

/// No server has to take a header that is longer, in bytes: some have room for all headers in 8 KiB.
const LONGEST_ID: usize = 4096;

/// Sets `Last-Event-ID`. The standard has it in UTF-8, and headers in JavaScript are texts of which
/// each character is a byte. What a header cannot carry is left away: servers refuse a request with a
/// broken header, and a stream that begins anew is better than none.
pub(super) fn set_last_event_id(request: &Request, id: &str) {
    let is_control = |c: char| c.is_ascii_control() && c != '\t';
    if id.is_empty() || id.len() > LONGEST_ID || id.contains(is_control) {
        // That of the attempt before, if there was one.
        let _ = request.headers().delete(LAST_EVENT_ID);
        return;
    }
    let bytes: String = id.bytes().map(char::from).collect();
    let _ = set_header(request, LAST_EVENT_ID, &bytes);
}
