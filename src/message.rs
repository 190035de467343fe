//! One dispatched server-sent event: [`Frame`], and [`Message`], the frame that owns all it holds.

#[cfg(feature = "fetch")]
use std::sync::OnceLock;
use std::{borrow::Cow, fmt, ops::Deref, sync::Arc};

use serde::Deserialize;

use crate::{error::DecodeError, typed};

/// The event type of an event that the server did not name.
pub(crate) const MESSAGE: &str = "message";

/// A frame that borrows nothing: what the streams yield.
///
/// It is a type of its own only in name; everything it can do is written at [`Frame`].
pub type Message = Frame<'static>;

/// One message, as the standard [dispatches] it: event type, data, last event ID, origin.
///
/// Callbacks and predicates borrow a `&Frame<'_>`, so that a message that is not kept is not copied.
/// [`into_owned`](Self::into_owned) makes the [`Message`] that can be kept; what the
/// frame already owned is moved into it, not copied.
///
/// ```
/// use wasm_eventsource::{Frame, Message};
///
/// let data = String::from("41.5");
/// let frame = Frame::new("temperature", &data).with_last_event_id("7");
/// assert_eq!(frame.event_type(), "temperature");
///
/// let kept: Message = frame.into_owned();
/// drop(data);
/// assert_eq!((kept.data(), kept.last_event_id()), ("41.5", "7"));
/// ```
///
/// [dispatches]: https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
#[derive(Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    event_type: Text<'a>,
    data: Cow<'a, str>,
    last_event_id: Text<'a>,
    origin: Text<'a>,
}

impl<'a> Frame<'a> {
    /// A frame with this event type and data, no last event ID and no origin.
    ///
    /// Connections make the frames of a running app; this constructor is for tests.
    pub fn new(event_type: &'a str, data: impl Into<Cow<'a, str>>) -> Self {
        Frame {
            event_type: Text::Borrowed(event_type),
            data: data.into(),
            last_event_id: Text::Borrowed(""),
            origin: Text::Borrowed(""),
        }
    }

    /// The same frame with this last event ID.
    #[must_use]
    pub fn with_last_event_id(mut self, id: impl Into<Cow<'a, str>>) -> Self {
        self.last_event_id = match id.into() {
            Cow::Borrowed(id) => Text::Borrowed(id),
            Cow::Owned(id) => Text::Shared(id.into()),
        };
        self
    }

    /// The same frame with this origin.
    #[must_use]
    pub fn with_origin(mut self, origin: &'a str) -> Self {
        self.origin = Text::Borrowed(origin);
        self
    }

    /// The event type: what the server wrote after `event:`, or `message` where it named none.
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// The data: the `data:` lines of the event, joined by line feeds. It may be empty.
    pub fn data(&self) -> &str {
        &self.data
    }

    /// The [last event ID] of the stream when this message was dispatched: its own `id:`, or, where
    /// it has none, that of the nearest message before it. Empty as long as the server sent none.
    ///
    /// [last event ID]: https://html.spec.whatwg.org/multipage/server-sent-events.html#concept-event-stream-last-event-id
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The origin of the stream's final URL, after redirects: `https://example.com`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The data, read as JSON. The value may borrow from the frame, so that a callback can look at a
    /// `&str` in it without a copy. [`Text`](crate::Text) takes the data as it is.
    ///
    /// It is read by `serde_json`, with the features your app gives it: `float_roundtrip` for floats
    /// that are exact to the last bit, `arbitrary_precision` for numbers of any length.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], with the message, if the data is no JSON or has another shape.
    ///
    /// ```
    /// use serde::Deserialize;
    /// use wasm_eventsource::Frame;
    ///
    /// #[derive(Deserialize)]
    /// struct Tick<'a> {
    ///     symbol: &'a str,
    ///     price: f64,
    /// }
    ///
    /// let frame = Frame::new("tick", r#"{"symbol":"ABC","price":41.5}"#);
    /// let tick: Tick = frame.json()?;
    /// assert_eq!((tick.symbol, tick.price), ("ABC", 41.5));
    /// # Ok::<(), wasm_eventsource::DecodeError>(())
    /// ```
    pub fn json<'s, T: Deserialize<'s>>(&'s self) -> Result<T, DecodeError> {
        typed::content(self)
    }

    /// The data, read as JSON into a JavaScript value by the engine's own `JSON.parse`: for a value
    /// that goes on to JavaScript, and is not looked at in Rust.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], with the message, if the data is no JSON.
    #[cfg(feature = "js")]
    pub fn js_value(&self) -> Result<wasm_bindgen::JsValue, DecodeError> {
        crate::sys::parse_json(&self.data).map_err(|reason| DecodeError::new(self.clone(), &reason))
    }

    /// The data, read as JSON by way of a JavaScript value: `JSON.parse`, then `serde_wasm_bindgen`.
    ///
    /// [`json`](Self::json) is the better choice for a type of Rust's: it took a third to a half of
    /// the time, for records of 29 and 102 bytes and an array of 10 KB in three engines, and made the
    /// wasm of a minimal app 2.4 KiB larger (gzip). `cargo xtask bench` measures both;
    /// `BENCHMARKS.md` has the tables. This one is for an app that has `serde_wasm_bindgen` already
    /// and not `serde_json`, and for types made for it.
    ///
    /// Numbers are JavaScript's here: an integer beyond 2⁵³ is not exact.
    /// [`Text`](crate::Text) and [`Envelope`](crate::Envelope) are for [`json`](Self::json) alone.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], with the message, if the data is no JSON or has another shape.
    #[cfg(feature = "js")]
    pub fn json_by_js<T: serde::de::DeserializeOwned>(&self) -> Result<T, DecodeError> {
        serde_wasm_bindgen::from_value(self.js_value()?)
            .map_err(|reason| DecodeError::new(self.clone(), &reason))
    }

    /// The data alone, without a copy where the frame owns it.
    pub fn into_data(self) -> Cow<'a, str> {
        self.data
    }

    /// The message that borrows nothing. Copies only what was borrowed.
    pub fn into_owned(self) -> Message {
        Frame {
            event_type: self.event_type.into_owned(),
            data: Cow::Owned(self.data.into_owned()),
            last_event_id: self.last_event_id.into_owned(),
            origin: self.origin.into_owned(),
        }
    }
}

impl Message {
    /// A message whose event type, last event ID and origin are shared with others of its connection.
    pub(crate) fn shared(
        event_type: Arc<str>,
        data: String,
        last_event_id: Arc<str>,
        origin: Arc<str>,
    ) -> Self {
        Frame {
            event_type: Text::Shared(event_type),
            data: Cow::Owned(data),
            last_event_id: Text::Shared(last_event_id),
            origin: Text::Shared(origin),
        }
    }
}

#[cfg(feature = "fetch")]
impl<'a> Frame<'a> {
    /// A frame out of a parser. A message that is made of it copies the data alone, and the event type
    /// if nothing listens for that.
    pub(crate) fn lent(
        event_type: &'a str,
        known: Option<&'a Arc<str>>,
        data: Cow<'a, str>,
        last_event_id: (&'a str, &'a OnceLock<Arc<str>>),
        origin: &'a Arc<str>,
    ) -> Self {
        Frame {
            event_type: known.map_or(Text::Borrowed(event_type), Text::Lent),
            data,
            last_event_id: Text::Remembered(last_event_id.0, last_event_id.1),
            origin: Text::Lent(origin),
        }
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("event_type", &self.event_type())
            .field("data", &self.data())
            .field("last_event_id", &self.last_event_id())
            .field("origin", &self.origin())
            .finish()
    }
}

/// A text that many messages have in common: borrowed, or counted instead of copied.
#[derive(Clone)]
enum Text<'a> {
    Borrowed(&'a str),
    /// Counted when the frame is kept.
    #[cfg(feature = "fetch")]
    Lent(&'a Arc<str>),
    #[cfg(feature = "fetch")]
    /// With the place of a copy that messages share.
    Remembered(&'a str, &'a OnceLock<Arc<str>>),
    Shared(Arc<str>),
}

impl Text<'_> {
    fn into_owned(self) -> Text<'static> {
        Text::Shared(match self {
            Text::Borrowed(text) => Arc::from(text),
            #[cfg(feature = "fetch")]
            Text::Lent(text) => Arc::clone(text),
            #[cfg(feature = "fetch")]
            Text::Remembered(text, shared) => Arc::clone(shared.get_or_init(|| text.into())),
            Text::Shared(text) => text,
        })
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            #[cfg(feature = "fetch")]
            Text::Lent(text) => text,
            #[cfg(feature = "fetch")]
            Text::Remembered(text, _) => text,
            Text::Shared(text) => text,
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owned_frame_equals_the_one_it_was_made_from() {
        let frame = Frame::new("tick", "1\n2")
            .with_last_event_id("é")
            .with_origin("http://a");
        assert_eq!(frame.clone().into_owned(), frame);
    }

    #[test]
    fn owning_moves_what_is_owned_instead_of_copying_it() {
        let message = Message::shared("a".into(), "data".into(), "1".into(), "o".into());
        let texts = |message: &Message| {
            [
                message.event_type(),
                message.data(),
                message.last_event_id(),
                message.origin(),
            ]
            .map(str::as_ptr)
        };
        let before = texts(&message);
        assert_eq!(texts(&message.into_owned()), before);
    }

    #[cfg(feature = "js")]
    #[test]
    fn outside_a_browser_there_are_no_javascript_values_and_no_panic() {
        let frame = Frame::new("tick", "1");
        assert!(
            frame
                .js_value()
                .unwrap_err()
                .reason()
                .contains("no JavaScript")
        );
        assert!(frame.json_by_js::<u8>().is_err());
    }

    #[test]
    fn messages_and_what_carries_them_can_cross_threads() {
        fn crosses<T: Send + Sync + 'static>() {}
        crosses::<Message>();
        crosses::<crate::Error>();
        crosses::<crate::OpenError>();
        crosses::<crate::State>();
    }
}
