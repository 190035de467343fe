//! One dispatched server-sent event: [`Frame`], and [`Message`], the owned frame.

#[cfg(feature = "fetch")]
use std::sync::OnceLock;
use std::{borrow::Cow, fmt, ops::Deref, sync::Arc};

/// The event type of an event that the server did not name.
pub(crate) const MESSAGE: &str = "message";

/// An owned frame, as the streams yield it.
///
/// Its methods are those of [`Frame`].
pub type Message = Frame<'static>;

/// One message, as the standard [dispatches] it: event type, data, last event ID, origin.
///
/// Callbacks and predicates get a `&Frame<'_>`, so that only messages that are kept are copied.
/// [`into_owned`](Self::into_owned) turns a frame into a [`Message`], and moves the parts that it already
/// owns.
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

    /// The event type: the value of the `event` field, or `message` without one.
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// The data: the `data:` lines of the event, joined by line feeds. It may be empty.
    pub fn data(&self) -> &str {
        &self.data
    }

    /// The [last event ID] of the stream when this message was dispatched: the newest `id` field of this or
    /// an earlier message. Empty if the server sent none.
    ///
    /// [last event ID]: https://html.spec.whatwg.org/multipage/server-sent-events.html#concept-event-stream-last-event-id
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The origin of the stream's final URL, after redirects: `https://example.com`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Takes the data, without a copy if the frame owns it.
    pub fn into_data(self) -> Cow<'a, str> {
        self.data
    }

    /// The owned message. Copies only the borrowed parts.
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
    /// A message whose event type, last event ID and origin are shared with other messages of its connection.
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
    /// A frame that borrows from a parser. Its owned message copies only the data, and the event type if it
    /// has no listener.
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

/// A text that many messages share: borrowed, or reference-counted.
#[derive(Clone)]
enum Text<'a> {
    Borrowed(&'a str),
    /// The count is increased when the frame becomes owned.
    #[cfg(feature = "fetch")]
    Lent(&'a Arc<str>),
    #[cfg(feature = "fetch")]
    /// With the cell for a copy that owned messages share.
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

    #[test]
    fn messages_and_what_carries_them_can_cross_threads() {
        fn crosses<T: Send + Sync + 'static>() {}
        crosses::<Message>();
        crosses::<crate::Error>();
        crosses::<crate::OpenError>();
        crosses::<crate::State>();
    }
}
