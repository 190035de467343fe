//! What can go wrong: [`OpenError`] before there is a connection, [`Error`] at its end.

use thiserror::Error;

/// Nothing was opened: the arguments or the place the program runs in do not allow it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL cannot be parsed, not even against the URL of the page or worker.
    #[error(
        "cannot open an event stream: {url:?} is not a URL that can be resolved here ({detail})"
    )]
    InvalidUrl {
        /// The URL as it was given.
        url: String,
        /// What the browser said of it.
        detail: String,
    },
    /// No server can send an event of this name, so waiting for one would be waiting for ever.
    #[error(
        "cannot listen for the event name {name:?}: {}",
        if name.is_empty() {
            "an event without a name is dispatched as \"message\", listen for that"
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
        "`open` makes no stream, so nobody would read the event {name:?}: \
         call back for it with `on`, or open with `stream`"
    )]
    NoStream {
        /// The first name that was subscribed to.
        name: String,
    },
    /// There is no `EventSource` here: this is not a browser's window or worker. Rendering on a
    /// server is the usual case; open the stream in the browser.
    #[error(
        "cannot open {url:?}: there is no `EventSource` here; \
         open event streams in a browser's window or worker, not on the server"
    )]
    Unsupported {
        /// The URL as it was given.
        url: String,
    },
}

/// A connection ended, and not because anybody asked for it.
///
/// A stream yields it once, as its last item but `None`. The end of a response and a broken network
/// are no errors, the browser comes back after them: see [`State::Reconnecting`](crate::State).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The browser [failed the connection]: it gave up and will not come back.
    ///
    /// Browsers do so for any status but 200 (with 204 a server asks for it), for a content type
    /// other than `text/event-stream`, and for a request that is blocked (CORS, content security
    /// policy, mixed content). They do not tell scripts which it was. Firefox gives up on a server
    /// that refuses the connection, too; Chromium and WebKit try again.
    ///
    /// [failed the connection]: https://html.spec.whatwg.org/multipage/server-sent-events.html#fail-the-connection
    #[error(
        "the event stream {url:?} failed for good {}: the answer was not \"200 OK\" with \
         `text/event-stream`, there was none, or the request was blocked (CORS, content security \
         policy); the browser's network panel shows which",
        if *reconnecting { "while reconnecting" } else { "at the first attempt" }
    )]
    Failed {
        /// The URL as it was given.
        url: String,
        /// Whether the connection had been open before.
        reconnecting: bool,
    },
    /// Nothing was opened. Only [`From`] makes this variant, so that one `?` serves for opening
    /// and for reading.
    #[error(transparent)]
    Open(#[from] OpenError),
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
            reconnecting: true,
        }
        .to_string();
        assert!(
            failed.contains("\"/sse\"") && failed.contains("while reconnecting"),
            "{failed}"
        );
    }

    #[test]
    fn opening_and_reading_go_through_one_question_mark() {
        fn app() -> Result<(), Error> {
            Err(OpenError::Unsupported { url: "/sse".into() })?
        }
        assert!(matches!(
            app(),
            Err(Error::Open(OpenError::Unsupported { .. }))
        ));
    }
}
