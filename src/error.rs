//! The errors: [`OpenError`] of opening, [`Error`] of a stream, [`DecodeError`] of one message.

mod visible;

#[cfg(feature = "fetch")]
use std::time::Duration;
use std::{fmt, sync::Arc};

use thiserror::Error;

use wasm_bindgen::JsValue;

use crate::{
    message::{Frame, Message},
    sys,
};
use visible::Line;
pub(crate) use visible::{Number, Quoted};

/// Opening failed: an argument is invalid, or the program does not run in a browser.
///
/// ```
/// use wasm_eventsource::{EventSource, OpenError};
///
/// let error = EventSource::new("/sse").event("two\nlines").stream().unwrap_err();
/// assert_eq!(error, OpenError::InvalidEventName { name: "two\nlines".into() });
///
/// // This example runs outside of a browser.
/// let error = EventSource::new("/sse").stream().unwrap_err();
/// assert_eq!(error, OpenError::Unsupported { url: "/sse".into(), missing: "browser" });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL cannot be parsed, even relative to the URL of the page or worker.
    #[error(
        "cannot open an event stream: {} is not a URL that can be resolved here ({})",
        Quoted(url),
        Line(detail)
    )]
    InvalidUrl {
        /// The URL as given.
        url: Arc<str>,
        /// The browser's message.
        detail: Arc<str>,
    },
    /// The browser refused to open a connection to this URL.
    #[error(
        "cannot open an event stream: the browser refuses {} ({})",
        Quoted(url),
        Line(detail)
    )]
    Refused {
        /// The URL as given.
        url: Arc<str>,
        /// The browser's message.
        detail: Arc<str>,
    },
    /// No server can send an event of this name.
    #[error(
        "cannot listen for the event name {}: {}",
        Quoted(name),
        if name.is_empty() {
            "an event without a name is dispatched as \"message\": listen for that"
        } else {
            "a name must not contain a line feed or a carriage return"
        }
    )]
    InvalidEventName {
        /// The name as given.
        name: Arc<str>,
    },
    /// `open` was called on a builder with event names, which only a stream can yield.
    #[error(
        "`open` makes no stream to yield the event {}: \
         add a callback for it with `on`, or open with `stream`",
        Quoted(name)
    )]
    NoStream {
        /// The first name that was subscribed to; `*` for all of them.
        name: Arc<str>,
    },
    /// The type does not name its events: it is not an enum, or it is an enum with `#[serde(tag)]` or
    /// `#[serde(untagged)]`.
    #[error(
        "{type_name} does not name its events: derive `Deserialize` for an enum without `tag` or \
         `untagged`, read the events of one name with `typed_event`, or messages with `stream`"
    )]
    NotAnEnum {
        /// The name of the type.
        type_name: &'static str,
    },
    /// The enum has no variants, so it names no events.
    #[error(
        "{type_name} has no variant that can be deserialized: add one for each event to listen for"
    )]
    NoVariants {
        /// The name of the type.
        type_name: &'static str,
    },
    /// The browser does not send this header: its name or value has invalid characters, or it is a header
    /// that [only the browser sets].
    ///
    /// [only the browser sets]: https://fetch.spec.whatwg.org/#forbidden-request-header
    #[cfg(feature = "fetch")]
    #[error("cannot send the header {}: {}", Quoted(name), Line(detail))]
    InvalidHeader {
        /// The name as given.
        name: Arc<str>,
        /// The reason.
        detail: Arc<str>,
    },
    /// The body cannot be serialized as JSON.
    #[cfg(feature = "fetch")]
    #[error("cannot serialize the request's body as JSON: {}", Line(detail))]
    InvalidBody {
        /// The message of serde.
        detail: Arc<str>,
    },
    /// The buffer has a limit of 0, so it would drop every message.
    #[error("the limit of `Buffer::drop_oldest` must be at least 1, not 0")]
    NoRoom,
    /// A stream of all events was requested of the browser's `EventSource`, which delivers only events of
    /// given names.
    #[cfg(feature = "fetch")]
    #[error(
        "a stream of all events needs a connection over `fetch()`, but {} is open over the browser's \
         `EventSource`: name the events, or open it with `EventSource::fetch`",
        Quoted(url)
    )]
    AllEvents {
        /// The URL as given.
        url: Arc<str>,
    },
    /// This is not a browser's window or worker. Rendering on a server is the usual case: open the stream in
    /// the browser.
    #[error(
        "cannot open {}: there is no {missing} here; open event streams in a browser's window or worker, not \
         on the server",
        Quoted(url)
    )]
    Unsupported {
        /// The URL as given.
        url: Arc<str>,
        /// The missing API: a browser, or one of its functions.
        missing: &'static str,
    },
}

impl OpenError {
    /// Outside of a browser the functions of `web-sys` would panic instead of failing.
    pub(crate) fn require_browser(url: &str) -> Result<(), OpenError> {
        if cfg!(target_arch = "wasm32") {
            Ok(())
        } else {
            let url = url.into();
            let missing = "browser";
            Err(OpenError::Unsupported { url, missing })
        }
    }

    /// The error for an exception of a browser's constructor.
    pub(crate) fn thrown(
        url: &str,
        thrown: &JsValue,
        constructor: &'static str,
        invalid_url: bool,
    ) -> Self {
        let (url, detail) = (url.into(), sys::detail(thrown).into());
        match sys::property(thrown, "name").as_deref() {
            Some("ReferenceError") => OpenError::Unsupported {
                url,
                missing: constructor,
            },
            Some("SyntaxError") => OpenError::InvalidUrl { url, detail },
            _ if invalid_url => OpenError::InvalidUrl { url, detail },
            _ => OpenError::Refused { url, detail },
        }
    }
}

/// An item of a stream in the place of a value.
///
/// After [`Decode`](Self::Decode), [`Lagged`](Self::Lagged) and `TooLarge` the stream goes on. After
/// [`Failed`](Self::Failed) and all others it ends. A reconnect is not an error: see
/// [`State::Reconnecting`](crate::State).
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_eventsource::Error> {
/// use futures_util::StreamExt;
/// use wasm_eventsource::{Error, EventSource};
///
/// let mut prices = EventSource::new("/prices").typed_event::<f64>("price")?;
/// while let Some(price) = prices.next().await {
///     match price {
///         Ok(price) => println!("{price}"),
///         Err(Error::Decode(error)) => println!("skipped {:?}", error.message().data()),
///         Err(error) => return Err(error), // `None` would follow
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The message does not fit the type. The error holds the message.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Messages are missing here: the [`Buffer`](crate::Buffer) was full and dropped them.
    #[error("{} messages were dropped here, because the buffer was full", Number(*dropped))]
    Lagged {
        /// The number of dropped messages.
        dropped: u64,
    },
    /// The browser [failed the connection] and will not reconnect.
    ///
    /// Browsers do so for any status but 200 (204 is the server's request to stop), for a content type other
    /// than `text/event-stream`, and for a request that is blocked (CORS, content security policy, mixed
    /// content). They hide the cause from scripts. Firefox also gives up on a server of another origin that
    /// refuses the connection; Chromium and WebKit retry.
    ///
    /// [failed the connection]: https://html.spec.whatwg.org/multipage/server-sent-events.html#fail-the-connection
    #[error(
        "the event stream {} failed for good {}: the response was not \"200 OK\" with \
         `text/event-stream`, no response came, or the request was blocked (CORS, content security \
         policy); the browser's network panel shows the cause",
        Quoted(url),
        if *was_open { "after it had been open" } else { "before it was ever open" }
    )]
    Failed {
        /// The URL as given.
        url: Arc<str>,
        /// Whether the connection had been open before.
        was_open: bool,
    },
    /// The server answered with a status other than 200 (and 204, which ends a stream without an error).
    /// [`Connection::response`](crate::Connection::response) returns the response, whose body often says
    /// more.
    #[cfg(feature = "fetch")]
    #[error("the server answered {} with the status {}", Quoted(url), StatusLine(*status, status_text))]
    Status {
        /// The URL as given.
        url: Arc<str>,
        /// The status; 0 for an opaque response (to a request in the mode `no-cors`, or a redirect that was
        /// not followed).
        status: u16,
        /// The status text; empty if the server sent none.
        status_text: Arc<str>,
    },
    /// The server answered with a content type other than `text/event-stream`.
    /// [`Connection::response`](crate::Connection::response) returns the response.
    #[cfg(feature = "fetch")]
    #[error(
        "the server answered {} with {}, not with `text/event-stream`",
        Quoted(url),
        ContentType(content_type)
    )]
    ContentType {
        /// The URL as given.
        url: Arc<str>,
        /// The content type; empty if the header was missing.
        content_type: Arc<str>,
    },
    /// The server answers, but does not allow this page to read the response: another origin must
    /// permit it by [CORS]. The URL of a redirect counts, too.
    ///
    /// Browsers report the same error if the server is down. To find out, the connection probes the server
    /// with a `HEAD` request and, if that does not fail, with a `GET` if that is the request's method. Probes
    /// have no cookies, and reveal only whether the server answers. The connection sends them when the first
    /// attempt fails, and when one of the first two attempts to reconnect fails. If probes find a server after
    /// two attempts in a row and the stream was never open, the connection fails; once it was open, the server
    /// may be one that restarts, and the [retry policy](crate::Retry) retries by default. A request that is
    /// not repeated fails at once. In a
    /// page that is isolated by `Cross-Origin-Embedder-Policy` the browser blocks the probes, and the server
    /// counts as down.
    ///
    /// [CORS]: https://fetch.spec.whatwg.org/#http-cors-protocol
    #[cfg(feature = "fetch")]
    #[error(
        "the server answers {}, but does not allow this page to read it (CORS): it must send \
         `Access-Control-Allow-Origin`; `Access-Control-Allow-Headers` for the request's headers, \
         `Last-Event-ID` among them when it resumes; and `Access-Control-Allow-Credentials` if \
         cookies go along",
        Quoted(url)
    )]
    Cors {
        /// The URL as given.
        url: Arc<str>,
    },
    /// The browser blocks the request or its response: by a content security policy, as mixed content, for
    /// its scheme or port, or for its `mode`, `redirect` or `integrity`.
    ///
    /// WebKit does not report violations of a content security policy to workers: there the server counts as
    /// down.
    #[cfg(feature = "fetch")]
    #[error("the browser does not fetch {}: {reason}", Quoted(url))]
    Blocked {
        /// The URL as given.
        url: Arc<str>,
        /// The reason.
        reason: &'static str,
    },
    /// No server was reached, or the connection broke, and the request is not sent again: see
    /// [`reconnect`](crate::EventSource::reconnect) and [`Retry`](crate::Retry).
    #[cfg(feature = "fetch")]
    #[error(
        "{} {} ({}), and the request is not sent again",
        if *was_open { "the connection broke to" } else { "no response came from" },
        Quoted(url),
        Line(detail)
    )]
    Network {
        /// The URL as given.
        url: Arc<str>,
        /// Whether the response had begun.
        was_open: bool,
        /// The browser's message.
        detail: Arc<str>,
    },
    /// As many attempts in a row have failed as [`Retry::max_attempts`](crate::Retry::max_attempts) allows.
    #[cfg(feature = "fetch")]
    #[error(
        "gave up on {} after {} attempts to reconnect in {} ms; at last {}",
        Quoted(url),
        Number((*attempts).into()),
        Number(elapsed.as_millis() as u64),
        LastFailure(last.as_deref())
    )]
    Exhausted {
        /// The URL as given.
        url: Arc<str>,
        /// The number of attempts to reconnect.
        attempts: u32,
        /// The time since the first failure of the row.
        elapsed: Duration,
        /// The error of the last attempt; `None` if its response ended, which is no error.
        last: Option<Arc<Error>>,
    },
    /// The headers of an attempt could not be set: the function that computes them returned an error, or the
    /// browser does not send one of them.
    #[cfg(feature = "fetch")]
    #[error(
        "cannot set the headers of the request to {}: {}",
        Quoted(url),
        Line(detail)
    )]
    Headers {
        /// The URL as given.
        url: Arc<str>,
        /// The reason.
        detail: Arc<str>,
    },
    /// An event is missing here: it was larger than the limit, and was skipped.
    #[cfg(feature = "fetch")]
    #[error(
        "an event of more than {} bytes was skipped; `max_event_size` allows larger ones",
        Number(*limit as u64)
    )]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Opening failed. Streams do not yield this error: [`From`] makes it, so that one `?` serves for opening
    /// and for reading, and hooks pass it to the fold.
    #[error(transparent)]
    Open(#[from] OpenError),
}

#[cfg(feature = "fetch")]
struct LastFailure<'a>(Option<&'a Error>);

#[cfg(feature = "fetch")]
impl fmt::Display for LastFailure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(error) => error.fmt(f),
            None => f.write_str("the response ended"),
        }
    }
}

#[cfg(feature = "fetch")]
struct StatusLine<'a>(u16, &'a str);

#[cfg(feature = "fetch")]
impl fmt::Display for StatusLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatusLine(0, _) => f.write_str("0 (an opaque response)"),
            StatusLine(status, "") => Number((*status).into()).fmt(f),
            StatusLine(status, text) => {
                write!(f, "{} {}", Number((*status).into()), Line(text))
            }
        }
    }
}

#[cfg(feature = "fetch")]
struct ContentType<'a>(&'a str);

#[cfg(feature = "fetch")]
impl fmt::Display for ContentType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no content type");
        }
        f.write_str("the content type ")?;
        Quoted(self.0).fmt(f)
    }
}

/// A message that does not fit a type: bad JSON, another shape, an unknown variant.
///
/// ```
/// use wasm_eventsource::Frame;
///
/// let frame = Frame::new("tick", "{\"price\":\"high\"}").with_last_event_id("7");
/// let error = frame.json::<std::collections::BTreeMap<String, f64>>().unwrap_err();
/// assert_eq!(error.message().data(), "{\"price\":\"high\"}");
/// assert_eq!(
///     error.to_string(),
///     "cannot decode the event \"tick\" with the id \"7\": invalid type: string \"high\", \
///      expected f64 at line 1 column 15; its data is {\"price\":\"high\"}"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError(Arc<Undecoded>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Undecoded {
    message: Message,
    reason: String,
}

impl DecodeError {
    pub(crate) fn new(frame: Frame<'_>, reason: &dyn fmt::Display) -> Self {
        let message = frame.into_owned();
        let reason = reason.to_string();
        let reason = Line(&reason).to_string();
        DecodeError(Arc::new(Undecoded { message, reason }))
    }

    /// The message that was not decoded.
    pub fn message(&self) -> &Message {
        &self.0.message
    }

    /// Takes the message out of the error.
    pub fn into_message(self) -> Message {
        Arc::unwrap_or_clone(self.0).message
    }

    /// The message of serde: the found and the expected value, with line and column in the data. It is cut to
    /// one line of about 200 characters, because serde quotes the data.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }
}

impl std::error::Error for DecodeError {}

impl fmt::Display for DecodeError {
    /// Writes one line of bounded length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.message();
        write!(
            f,
            "cannot decode the event \"{}\"",
            Line(message.event_type())
        )?;
        if !message.last_event_id().is_empty() {
            write!(f, " with the id \"{}\"", Line(message.last_event_id()))?;
        }
        let (reason, data) = (self.reason(), Line(message.data()));
        write!(f, ": {reason}; its data is {data}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_what_was_wrong_and_what_to_do() {
        let empty = OpenError::InvalidEventName { name: "".into() }.to_string();
        assert!(empty.contains("listen for that"), "{empty}");
        let broken = OpenError::InvalidEventName {
            name: "a\nb".into(),
        }
        .to_string();
        assert!(
            broken.contains(r#""a\nb""#) && broken.contains("line feed"),
            "{broken}"
        );
        let failed = Error::Failed {
            url: "/sse".into(),
            was_open: true,
        }
        .to_string();
        assert!(
            failed.contains("\"/sse\"") && failed.contains("after it had been open"),
            "{failed}"
        );
    }

    #[test]
    fn the_reason_of_a_decode_error_is_one_line_of_bounded_length() {
        let data = format!("\"{}\"", "long\u{202e}\\n".repeat(10_000));
        let error = Frame::new("a", &data).json::<u8>().unwrap_err();
        assert!(
            error.reason().starts_with("invalid type: string"),
            "{error}"
        );
        let longest = 300;
        assert!(error.reason().chars().count() < longest, "{error}");
        assert!(!error.reason().contains(['\n', '\u{202e}']), "{error}");
        assert_eq!(error.message().data(), data);
    }

    #[test]
    fn opening_and_reading_go_through_one_question_mark() {
        fn app() -> Result<(), Error> {
            OpenError::require_browser("/sse")?;
            Ok(())
        }
        assert!(matches!(
            app(),
            Err(Error::Open(OpenError::Unsupported { .. }))
        ));
    }
}
