//! What can go wrong: [`OpenError`] before there is a connection, [`Error`] in a stream,
//! [`DecodeError`] with one message.

mod visible;

use std::fmt;

use thiserror::Error;

use wasm_bindgen::JsValue;

use crate::{
    message::{Frame, Message},
    sys,
};
use visible::{Line, Number};

pub(crate) use visible::Quoted;

/// Nothing was opened: the arguments or the place the program runs in do not allow it.
///
/// ```
/// use wasm_eventsource::{EventSource, OpenError};
///
/// let error = EventSource::new("/sse").event("two\nlines").stream().unwrap_err();
/// assert_eq!(error, OpenError::InvalidEventName { name: "two\nlines".into() });
///
/// // This example runs where there is no browser.
/// let error = EventSource::new("/sse").stream().unwrap_err();
/// assert_eq!(error, OpenError::Unsupported { url: "/sse".into(), missing: "browser" });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL cannot be parsed, not even against the URL of the page or worker.
    #[error(
        "cannot open an event stream: {} is not a URL that can be resolved here ({})",
        Quoted(url),
        Line(detail)
    )]
    InvalidUrl {
        /// The URL as it was given.
        url: String,
        /// What the browser said of it.
        detail: String,
    },
    /// The browser would not open a connection to this URL.
    #[error(
        "cannot open an event stream: the browser refuses {} ({})",
        Quoted(url),
        Line(detail)
    )]
    Refused {
        /// The URL as it was given.
        url: String,
        /// What the browser said.
        detail: String,
    },
    /// No server can send an event of this name.
    #[error(
        "cannot listen for the event name {}: {}",
        Quoted(name),
        if name.is_empty() {
            "an event without a name is dispatched as \"message\": listen for that"
        } else {
            "a name ends at the end of its line, so it holds no line feed and no carriage return"
        }
    )]
    InvalidEventName {
        /// The name as it was given.
        name: String,
    },
    /// An event name was subscribed to, but what is opened has no stream that could yield its events.
    #[error(
        "`open` makes no stream that could yield the event {}: \
         add a callback for it with `on`, or open with `stream`",
        Quoted(name)
    )]
    NoStream {
        /// The first name that was subscribed to; `*` for all of them.
        name: String,
    },
    /// The type does not tell which events it stands for: it is no enum, or one whose variants serde
    /// finds by a tag or by trying.
    #[error(
        "{type_name} does not name its events: derive `Deserialize` for an enum without `tag` or \
         `untagged`, read the events of one name with `typed_event`, or messages with `stream`"
    )]
    NotAnEnum {
        /// The name of the type.
        type_name: &'static str,
    },
    /// The enum has no variant, so there is no event to listen for.
    #[error(
        "{type_name} has no variant that could be deserialized, so there is no event to listen for"
    )]
    NoVariants {
        /// The name of the type.
        type_name: &'static str,
    },
    /// The browser does not send this header: its name or value has characters that no header can
    /// have, or it is one that [only the browser itself sets].
    ///
    /// [only the browser itself sets]: https://fetch.spec.whatwg.org/#forbidden-request-header
    #[cfg(feature = "fetch")]
    #[error("cannot send the header {}: {}", Quoted(name), Line(detail))]
    InvalidHeader {
        /// The name as it was given.
        name: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The body could not be made into JSON.
    #[cfg(feature = "fetch")]
    #[error("cannot make JSON of the request's body: {}", Line(detail))]
    InvalidBody {
        /// What serde said.
        detail: String,
    },
    /// A buffer that can hold nothing would lose every message.
    #[error("`Buffer::drop_oldest` must have room for at least 1 message, and has room for 0")]
    NoRoom,
    /// Every event is wanted of the browser's own `EventSource`, which hands out only events of names that it
    /// is given.
    #[cfg(feature = "fetch")]
    #[error(
        "a stream of all events needs a connection over `fetch()`, and {} is open by the browser's \
         `EventSource`: name the events, or open it with `EventSource::fetch`",
        Quoted(url)
    )]
    AllEvents {
        /// The URL as it was given.
        url: String,
    },
    /// This is not a browser's window or worker. Rendering on a server is the usual case: open the stream in
    /// the browser.
    #[error(
        "cannot open {}: there is no {missing} here; open event streams in a browser's window or worker, not \
         on the server",
        Quoted(url)
    )]
    Unsupported {
        /// The URL as it was given.
        url: String,
        /// What is missing: a browser, or one of its functions.
        missing: &'static str,
    },
}

impl OpenError {
    /// Outside of a browser the functions of `web-sys` would panic instead of failing.
    pub(crate) fn require_browser(url: &str) -> Result<(), OpenError> {
        if cfg!(target_arch = "wasm32") {
            Ok(())
        } else {
            let url = url.to_owned();
            let missing = "browser";
            Err(OpenError::Unsupported { url, missing })
        }
    }

    /// What a constructor of the browser threw.
    pub(crate) fn thrown(
        url: &str,
        thrown: &JsValue,
        constructor: &'static str,
        invalid_url: bool,
    ) -> Self {
        let (url, detail) = (url.to_owned(), sys::detail(thrown));
        if sys::property(thrown, "name").as_deref() == Some("ReferenceError") {
            let missing = constructor;
            OpenError::Unsupported { url, missing }
        } else if invalid_url {
            OpenError::InvalidUrl { url, detail }
        } else {
            OpenError::Refused { url, detail }
        }
    }
}

/// What a stream yields instead of a value.
///
/// After [`Decode`](Self::Decode), [`Lagged`](Self::Lagged) and `TooLarge` the stream goes on. After
/// [`Failed`](Self::Failed) and all others it ends. The end of a response and a broken network are no
/// errors where the connection is made again: see [`State::Reconnecting`](crate::State).
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
    /// This message is not what the type expects. Nothing is lost: the error holds the message.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Messages are missing here: the [`Buffer`](crate::Buffer) was full and dropped them.
    #[error("{} messages were dropped here, because the buffer was full", Number(*dropped))]
    Lagged {
        /// How many.
        dropped: u64,
    },
    /// The browser [failed the connection]: it gave up and will not come back.
    ///
    /// Browsers do so for any status but 200 (with 204 a server asks for it), for a content type
    /// other than `text/event-stream`, and for a request that is blocked (CORS, content security
    /// policy, mixed content). They do not tell scripts which it was. Firefox gives up on a server
    /// of another origin that refuses the connection, too; Chromium and WebKit try again.
    ///
    /// [failed the connection]: https://html.spec.whatwg.org/multipage/server-sent-events.html#fail-the-connection
    #[error(
        "the event stream {} failed for good {}: the answer was not \"200 OK\" with \
         `text/event-stream`, there was none, or the request was blocked (CORS, content security \
         policy); the browser's network panel shows which",
        Quoted(url),
        if *was_open { "after it had been open" } else { "before it was ever open" }
    )]
    Failed {
        /// The URL as it was given.
        url: String,
        /// Whether the connection had been open before.
        was_open: bool,
    },
    /// The server answered with a status other than 200 (and 204, which ends a stream without an
    /// error). [`Connection::response`](crate::Connection::response) has the answer: its headers, and
    /// its body, which often says more.
    #[cfg(feature = "fetch")]
    #[error("the server answered {} with the status {}", Quoted(url), StatusLine(*status, status_text))]
    Status {
        /// The URL as it was given.
        url: String,
        /// The status; 0 for an answer that may not be looked at (a request in the mode `no-cors`, or
        /// a redirect that was not followed).
        status: u16,
        /// The status in words, if the server sent any.
        status_text: String,
    },
    /// The server answered with a content type other than `text/event-stream`.
    /// [`Connection::response`](crate::Connection::response) has the answer.
    #[cfg(feature = "fetch")]
    #[error(
        "the server answered {} with {}, not with `text/event-stream`",
        Quoted(url),
        ContentType(content_type)
    )]
    ContentType {
        /// The URL as it was given.
        url: String,
        /// The content type as it came; empty if there was none.
        content_type: String,
    },
    /// The server answers, but does not allow this page to read the response: another origin must
    /// permit it by [CORS]. The URL of a redirect counts, too.
    ///
    /// Browsers hide the difference to a server that is down. So, at first and at the first attempts after a
    /// loss, the connection asks the server by a `HEAD` without cookies, of which the page can learn only that
    /// it was answered, and by a `GET` if that is the method of the request. If that shows a server twice, the
    /// reconnection time apart, the connection has failed; a request that is not repeated fails at once. In a
    /// page that is isolated by `Cross-Origin-Embedder-Policy` the browser blocks these requests, too, and the
    /// server counts as down.
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
        /// The URL as it was given.
        url: String,
    },
    /// The browser does not send this request, or does not read its response, whatever the server does: a
    /// content security policy forbids it, it is mixed content, its scheme or port cannot be fetched, or its
    /// own `mode`, `redirect` or `integrity` excludes it.
    ///
    /// WebKit does not tell workers of a content security policy: there the server counts as down.
    #[cfg(feature = "fetch")]
    #[error("the browser does not fetch {}: {reason}", Quoted(url))]
    Blocked {
        /// The URL as it was given.
        url: String,
        /// Why.
        reason: &'static str,
    },
    /// No server was reached, or the connection broke, and the request is not sent again.
    #[cfg(feature = "fetch")]
    #[error(
        "{} {} ({}); the request is not sent again unless `reconnect(true)` is set",
        if *was_open { "the connection broke to" } else { "no response came from" },
        Quoted(url),
        Line(detail)
    )]
    Network {
        /// The URL as it was given.
        url: String,
        /// Whether the response had begun.
        was_open: bool,
        /// What the browser said.
        detail: String,
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
        /// The URL as it was given.
        url: String,
        /// What went wrong.
        detail: String,
    },
    /// An event is missing here: it was larger than the limit, and was skipped.
    #[cfg(feature = "fetch")]
    #[error(
        "an event of more than {} bytes was skipped; `max_event_size` allows larger ones",
        Number(*limit as u64)
    )]
    TooLarge {
        /// How many bytes are allowed.
        limit: usize,
    },
    /// Nothing was opened. Only [`From`] makes this variant, so that one `?` serves for opening
    /// and for reading.
    #[error(transparent)]
    Open(#[from] OpenError),
}

#[cfg(feature = "fetch")]
struct StatusLine<'a>(u16, &'a str);

#[cfg(feature = "fetch")]
impl fmt::Display for StatusLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatusLine(0, _) => f.write_str("0: one that may not be looked at"),
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

/// A message that is not what a type expects: bad JSON, another shape, an unknown variant.
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
pub struct DecodeError(Box<Undecoded>);

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
        DecodeError(Box::new(Undecoded { message, reason }))
    }

    /// The message as it came.
    pub fn message(&self) -> &Message {
        &self.0.message
    }

    /// The message as it came, to do something else with it.
    pub fn into_message(self) -> Message {
        self.0.message
    }

    /// What serde said: what was found, what was expected, and in which line and column of the data. One
    /// line of at most some 200 characters: serde quotes the data.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }
}

impl std::error::Error for DecodeError {}

impl fmt::Display for DecodeError {
    /// One line of bounded length, whatever the server sent.
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
        let empty = OpenError::InvalidEventName {
            name: String::new(),
        }
        .to_string();
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
