//! The builder methods for a connection over `fetch()`: the request, and how it is repeated.

use std::{fmt::Display, rc::Rc};

use serde::Serialize;
use web_sys::Request;

use super::{EventSource, Over};
use crate::connector::fetch::{self, Body, FreshHeaders, RequestOptions};

/// # Over `fetch()`
///
/// Each of these chooses `fetch()` in the place of the browser's `EventSource`, and so do
/// [`fetch`](Self::fetch) and [`request`](Self::request). Everything else stays as it is: stream,
/// types, close rule, states. What is different:
///
/// - What a stream is not polled for is not read, and its close event not seen. The app's memory stays
///   as it is, whatever the server sends, and the server is held back where the browser passes that
///   on: Chromium does, while Firefox 153 and WebKitGTK 2.50 read ahead into memory of their own. A
///   [`Buffer`](crate::Buffer) that is set, or a connection without a stream, reads ahead; a callback
///   beside a stream sees messages when the stream has room for them.
/// - Failures say what they are: [`Error::Status`](crate::Error::Status),
///   [`Error::ContentType`](crate::Error::ContentType), [`Error::Cors`](crate::Error::Cors), with the
///   answer in [`Connection::response`](crate::Connection::response).
/// - A close rule that looks at the message sees every message, subscribed to or not.
/// - Only `GET` is asked again by itself; see [`reconnect`](Self::reconnect).
/// - Another origin must allow the headers by CORS, `Last-Event-ID` among them. Where it does not answer,
///   a `HEAD` tells whether that is why: see [`Error::Cors`](crate::Error::Cors).
impl EventSource {
    /// An event source at this URL that is read by `fetch()`: several times faster than the browser's
    /// own, and with the server's status.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), wasm_eventsource::Error> {
    /// use futures_util::StreamExt;
    /// use wasm_eventsource::{Error, EventSource};
    ///
    /// let mut prices = EventSource::fetch("/prices").typed_event::<f64>("price")?;
    /// while let Some(price) = prices.next().await {
    ///     match price {
    ///         Ok(price) => println!("{price}"),
    ///         Err(Error::Status { status: 401, .. }) => println!("log in first"),
    ///         Err(error) => println!("{error}"),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn fetch(url: impl Into<String>) -> Self {
        let options = Box::new(RequestOptions::new(fetch::open));
        EventSource::over(Over::Fetch(options), url.into())
    }

    /// An event source that sends this request: a [`web_sys::Request`], or what can be made one, such
    /// as `gloo_net::http::Request`.
    ///
    /// What the request says is kept: method, headers, body, credentials, redirects. Added are
    /// `Accept: text/event-stream` where it says nothing of it, `Last-Event-ID`, and that nothing is
    /// cached. Aborting by the request's own signal closes the connection, as [`CloseReason::Called`].
    ///
    /// [`CloseReason::Called`]: crate::CloseReason::Called
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use wasm_eventsource::EventSource;
    ///
    /// # let made = || web_sys::Request::new_with_str("/reply");
    /// let request: web_sys::Request = made().map_err(|error| format!("{error:?}"))?;
    /// let reply = EventSource::request(request).stream()?;
    /// # Ok(()) }
    /// ```
    pub fn request(request: impl Into<Request>) -> Self {
        let request = request.into();
        EventSource::fetch(request.url()).options(|options| options.given = Some(request))
    }

    /// Sets the request's method; `GET` unless set.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), wasm_eventsource::OpenError> {
    /// use serde::{Deserialize, Serialize};
    /// use wasm_eventsource::{CloseRule, EventSource};
    ///
    /// #[derive(Serialize)]
    /// struct Prompt<'a> {
    ///     prompt: &'a str,
    /// }
    ///
    /// #[derive(Deserialize)]
    /// struct Token {
    ///     token: String,
    /// }
    ///
    /// let reply = EventSource::new("/reply")
    ///     .method("POST")
    ///     .header("Authorization", "Bearer abc")
    ///     .json(&Prompt { prompt: "Hello" })
    ///     .close_on(CloseRule::data("[DONE]"))
    ///     .typed_event::<Token>("message")?;
    /// # Ok(()) }
    /// ```
    pub fn method(self, method: impl Into<String>) -> Self {
        self.options(|options| options.method = Some(method.into()))
    }

    /// Sets a header of the request; one that was set before under this name is replaced.
    ///
    /// Opening fails with [`OpenError::InvalidHeader`](crate::OpenError::InvalidHeader) for one that
    /// the browser would not send.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let header = (name.into(), value.into());
        self.options(|options| options.headers.push(header))
    }

    /// Sets headers that are computed anew for each attempt, the first and each reconnect: a fresh
    /// token, for example. They replace headers of the same name that were set otherwise.
    ///
    /// An `Err` ends the stream with [`Error::Headers`](crate::Error::Headers).
    ///
    /// ```no_run
    /// # async fn fresh_token() -> Result<String, String> { unimplemented!() }
    /// # fn main() -> Result<(), wasm_eventsource::OpenError> {
    /// use wasm_eventsource::EventSource;
    ///
    /// let events = EventSource::new("/events")
    ///     .headers_with(async || {
    ///         let token = fresh_token().await?;
    ///         Ok::<_, String>([("Authorization", format!("Bearer {token}"))])
    ///     })
    ///     .stream()?;
    /// # Ok(()) }
    /// ```
    pub fn headers_with<H, N, V, E>(self, headers: impl AsyncFn() -> Result<H, E> + 'static) -> Self
    where
        H: IntoIterator<Item = (N, V)>,
        N: Into<String>,
        V: Into<String>,
        E: Display,
    {
        let headers = Rc::new(headers);
        let compute: Box<FreshHeaders> = Box::new(move || {
            let headers = Rc::clone(&headers);
            Box::pin(async move {
                let fresh = headers().await.map_err(|error| error.to_string())?;
                let fresh = fresh.into_iter();
                Ok(fresh
                    .map(|(name, value)| (name.into(), value.into()))
                    .collect())
            })
        });
        self.options(|options| options.fresh_headers = Some(compute))
    }

    /// Sets the request's body: a text, bytes, or a [`JsValue`](wasm_bindgen::JsValue) that `fetch()`
    /// takes, such as `FormData`, or a `ReadableStream` where the browser can send one. The method must be one that has a body: see
    /// [`method`](Self::method).
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.options(|options| {
            options.body = Some(Ok(body.into()));
            options.is_json = false;
        })
    }

    /// Sets the request's body to this value as JSON, and its `Content-Type` where no header says
    /// otherwise.
    ///
    /// Opening fails with [`OpenError::InvalidBody`](crate::OpenError::InvalidBody) if the value cannot
    /// be JSON.
    pub fn json(self, body: &impl Serialize) -> Self {
        let json = serde_json::to_string(body).map(Body::Text);
        self.options(|options| {
            options.body = Some(json.map_err(|error| error.to_string()));
            options.is_json = true;
        })
    }

    /// Sets the last event ID that the first request goes on from, as if it had been received. Later
    /// requests go on from what was received.
    ///
    /// A header `Last-Event-ID` that is set otherwise is taken for this. An ID goes into the header `Last-Event-ID` as UTF-8 (which WebKitGTK 2.50 encodes once more, so
    /// that only ASCII arrives there as it is). One with control characters, which no header can have, or
    /// with more than 4 KiB, which servers refuse, is left away.
    pub fn last_event_id(self, id: impl Into<String>) -> Self {
        self.options(|options| options.last_event_id = id.into())
    }

    /// Whether the request is sent again after the end of a response and after a network failure. It
    /// is for `GET`, unless set, and not for other methods: what they do would be done twice.
    ///
    /// Where it is not sent again, the end of the response ends the stream
    /// ([`CloseReason::Ended`](crate::CloseReason::Ended)), and a network failure fails it
    /// ([`Error::Network`](crate::Error::Network)). A response that is cut off is a failure, but WebKitGTK
    /// 2.50 takes it for the end.
    ///
    /// The first attempt after a loss comes after the reconnection time: the server's `retry`, or three
    /// seconds. Attempts that fail are further and further apart, up to half a minute. Two requests are
    /// 50 ms apart at least.
    pub fn reconnect(self, reconnect: bool) -> Self {
        self.options(|options| options.reconnect = Some(reconnect))
    }

    /// Subscribes the stream to the events of every name.
    pub fn all_events(mut self) -> Self {
        self.selection.all = true;
        self.options(|_| {})
    }

    /// Calls back with each [comment] of the server, the text behind its colon, as long as the
    /// connection lives. Servers send comments to show that they are still there.
    ///
    /// [comment]: https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
    pub fn on_comment(self, callback: impl FnMut(&str) + 'static) -> Self {
        self.options(|options| options.comments.push(Box::new(callback)))
    }

    /// Sets how many bytes an event may have; 64 MiB
    /// ([`DEFAULT_MAX_EVENT_SIZE`](crate::parser::Parser::DEFAULT_MAX_EVENT_SIZE)) unless set. A larger
    /// one is skipped, with [`Error::TooLarge`](crate::Error::TooLarge) in its place, and the stream
    /// goes on: no event can fill the memory. A connection without a stream passes over it.
    pub fn max_event_size(self, bytes: usize) -> Self {
        self.options(|options| options.max_event_size = bytes)
    }

    /// Changes the options of the request. A source over the browser's `EventSource` becomes one over
    /// `fetch()`.
    fn options(mut self, change: impl FnOnce(&mut RequestOptions)) -> Self {
        let mut options = match self.over {
            Over::Native(_) => Box::new(RequestOptions::new(fetch::open)),
            Over::Fetch(options) => options,
        };
        change(&mut options);
        self.over = Over::Fetch(options);
        self
    }
}
