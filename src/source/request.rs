//! The builder methods for a connection over `fetch()`: the request, and how it is repeated.

use std::{fmt::Display, future::poll_fn, mem, pin::Pin, rc::Rc, task::Poll};

use serde::Serialize;
use web_sys::Request;

use super::{EventSource, Over, then};
use crate::{
    connector::fetch::{self, Body, FreshHeaders, RequestOptions},
    retry::Retry,
    sys,
};

/// # Over `fetch()`
///
/// Each of these methods selects `fetch()` in the place of the browser's `EventSource`, and so do
/// [`fetch`](Self::fetch) and [`request`](Self::request). Streams, types, close rule and states work the
/// same. The differences:
///
/// - The connection reads only when its stream is polled, so unread data takes no memory of the app, and a
///   close event is seen when the stream gets to it. Chromium applies this backpressure to the server;
///   Firefox 153 and WebKitGTK 2.50 read ahead into the browser's memory. A connection with a
///   [`Buffer`](crate::Buffer), or without a stream, reads ahead. A callback beside a stream without a buffer
///   is called when polling the stream reads the event.
/// - Failures name their cause: [`Error::Status`](crate::Error::Status),
///   [`Error::ContentType`](crate::Error::ContentType), [`Error::Cors`](crate::Error::Cors), with the
///   response in [`Connection::response`](crate::Connection::response).
/// - A close rule sees messages of every name, subscribed to or not.
/// - By default, only `GET` requests are sent again; see [`reconnect`](Self::reconnect). The
///   [retry policy](Self::retry) decides which failures lead to another attempt, and when.
/// - Another origin must allow the headers by CORS, `Last-Event-ID` among them. After a failure the
///   connection probes the server to detect a CORS error: see [`Error::Cors`](crate::Error::Cors).
impl EventSource {
    /// An event source at this URL over `fetch()`: several times faster than the browser's `EventSource`, and
    /// with the server's status.
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

    /// An event source that sends this request: a [`web_sys::Request`], or a type that converts into one,
    /// such as `gloo_net::http::Request`.
    ///
    /// The request keeps its method, headers, body, credentials and redirect mode. The connection adds
    /// `Accept: text/event-stream` if the header is missing, `Last-Event-ID`, and `cache: "no-store"`.
    /// Aborting the request's signal closes the connection, as [`CloseReason::Called`].
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
        EventSource::fetch(request.url())
            .abort_signal(request.signal())
            .options(|options| options.give(request))
    }

    /// Sets the request's method. The default is `GET`.
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

    /// Sets a header of the request, and replaces an earlier one of this name.
    ///
    /// Opening fails with [`OpenError::InvalidHeader`](crate::OpenError::InvalidHeader) if the browser does
    /// not send it.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options(|options| options.header(name.into(), value.into()))
    }

    /// Sets a function that computes headers for each attempt, a fresh token for example. They replace other
    /// headers of the same name.
    ///
    /// An `Err` ends the stream with [`Error::Headers`](crate::Error::Headers). If the server answers with the
    /// status 401 or 403, the headers are computed again for one more attempt at once; a second such answer in
    /// a row ends the stream.
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
            guarded_future(async move {
                let fresh = headers().await.map_err(|error| error.to_string())?;
                let fresh = fresh.into_iter();
                Ok(fresh
                    .map(|(name, value)| (name.into(), value.into()))
                    .collect())
            })
        });
        self.options(|options| options.fresh_headers = Some(compute))
    }

    /// Sets the request's body: a text, bytes, or a [`JsValue`](wasm_bindgen::JsValue) that `fetch()` takes,
    /// such as `FormData`, or a `ReadableStream` if the browser can send one. The method must allow a body:
    /// see [`method`](Self::method).
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.options(|options| {
            options.body(Ok(body.into()));
            options.is_json = false;
        })
    }

    /// Sets the request's body to this value as JSON, and its `Content-Type` unless a header sets it.
    ///
    /// Opening fails with [`OpenError::InvalidBody`](crate::OpenError::InvalidBody) if the value cannot be
    /// serialized.
    pub fn json(self, body: &impl Serialize) -> Self {
        let json = serde_json::to_string(body).map(Body::Text);
        self.options(|options| {
            options.body(json.map_err(|error| error.to_string()));
            options.is_json = true;
        })
    }

    /// Sets the last event ID of the first request, as if it had been received. Later requests send the ID
    /// that was received last.
    ///
    /// A header `Last-Event-ID` has the same effect. The ID is sent as UTF-8 (WebKitGTK 2.50 encodes it a
    /// second time, so that only ASCII arrives unchanged). An ID that has control characters other than tabs,
    /// or more than 64 KiB, is an error: [`OpenError::InvalidHeader`](crate::OpenError::InvalidHeader) when
    /// opening, and [`Error::Headers`](crate::Error::Headers) if the server sent it.
    pub fn last_event_id(self, id: impl Into<String>) -> Self {
        self.options(|options| options.last_event_id = id.into())
    }

    /// Whether the request is sent again after the end of a response and after a failure that the [retry
    /// policy](Self::retry) retries. The default is `true` for `GET`, and `false` for other methods, whose effects would be repeated.
    ///
    /// If it is not sent again, the end of the response ends the stream
    /// ([`CloseReason::Ended`](crate::CloseReason::Ended)), and a network failure fails it
    /// ([`Error::Network`](crate::Error::Network)). A response that is cut off is a failure; WebKitGTK 2.50
    /// reports it as the end.
    pub fn reconnect(self, reconnect: bool) -> Self {
        self.options(|options| options.reconnect = Some(reconnect))
    }

    /// Sets the retry policy: which failures lead to another attempt, after which delay, and how often. It
    /// replaces the default, [`Retry::default`], and decides only about requests that are [sent
    /// again](Self::reconnect).
    ///
    /// The browser decides when its `EventSource` reconnects. So this method, too, selects `fetch()`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), wasm_eventsource::OpenError> {
    /// use wasm_eventsource::{EventSource, Retry};
    ///
    /// let prices = EventSource::new("/prices")
    ///     .retry(Retry::resilient().max_attempts(20))
    ///     .stream()?;
    /// # Ok(()) }
    /// ```
    pub fn retry(self, retry: Retry) -> Self {
        self.options(|options| options.policy = retry.into_policy())
    }

    /// Subscribes the stream to the events of every name.
    pub fn all_events(mut self) -> Self {
        self.selection.all = true;
        self.options(|_| {})
    }

    /// Calls back with each [comment] of the server: the text after its colon. Servers send comments to keep
    /// a connection alive.
    ///
    /// [comment]: https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
    pub fn on_comment(mut self, callback: impl FnMut(&str) + 'static) -> Self {
        self.enqueue_messages();
        self.options(|options| options.comments.push(Box::new(callback)))
    }

    /// Sets the size limit of an event in bytes; 64 MiB
    /// ([`DEFAULT_MAX_EVENT_SIZE`](crate::parser::Parser::DEFAULT_MAX_EVENT_SIZE)) by default. A larger event
    /// is skipped: the stream yields [`Error::TooLarge`](crate::Error::TooLarge) in its place and goes on. A
    /// connection without a stream skips it silently.
    pub fn max_event_size(self, bytes: usize) -> Self {
        self.options(|options| options.max_event_size = bytes)
    }

    /// Allows the connector to deliver messages itself: [`Session::enqueue_messages`].
    ///
    /// [`Session::enqueue_messages`]: crate::session::Session::enqueue_messages
    pub(super) fn enqueue_messages(&mut self) {
        self.setup = then(self.setup.take(), |session| {
            session.enqueue_messages();
            Ok(())
        });
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

/// The future, polled under guard: an exception is its error.
fn guarded_future<T: 'static>(
    future: impl Future<Output = Result<T, String>> + 'static,
) -> Pin<Box<dyn Future<Output = Result<T, String>>>> {
    let mut future = Some(Box::pin(future));
    Box::pin(poll_fn(move |cx| {
        let mut polled = None;
        sys::guarded(|| {
            polled = future.as_mut().map(|future| future.as_mut().poll(cx));
        });
        polled.unwrap_or_else(|| {
            // The exception stopped the future in an unknown state: it must not run again, not even to be
            // dropped.
            mem::forget(future.take());
            Poll::Ready(Err("an exception was thrown".to_owned()))
        })
    }))
}
