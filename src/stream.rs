//! The streams: [`EventStream`] of messages, [`LifecycleStream`] of messages and all that happens
//! to the connection between them.

use std::{
    fmt,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use futures_core::{FusedStream, Stream};

use crate::{
    CloseHandle, CloseReason, Connection, DecodeError, Error, Frame, Message, ReconnectCause,
    State,
    session::Session,
    transport::{FeedItem, Transport},
};

/// The messages of an event source, in the order the server sent them.
///
/// It yields one item for each message of the names that were subscribed to: `Ok`, or, if it is typed
/// and the message is not what the type expects, [`Error::Decode`]. It ends, with `None` for
/// ever after,
/// - when a message meets the [close rule](crate::CloseRule), after that message;
/// - when it is closed, after the messages that had come before;
/// - when the connection [fails](Error::Failed), after one `Err`.
///
/// The end of a response and a broken network do not end it, where the request may be sent again: the
/// connection is made anew.
/// [`close_reason`](Self::close_reason) says why it ended. Dropping it closes the connection.
///
/// Messages wait without limit until they are polled (over `fetch()` they are not read), unless a
/// [`Buffer`](crate::Buffer) is set: then [`Error::Lagged`] says where and how many are missing.
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_eventsource::Error> {
/// use futures_util::StreamExt;
/// use wasm_eventsource::EventSource;
///
/// let mut events = EventSource::new("/sse").event("test").stream()?;
/// while let Some(event) = events.next().await {
///     println!("{}", event?.data());
/// }
/// println!("ended: {:?}", events.close_reason());
/// # Ok(()) }
/// ```
#[must_use = "streams do nothing unless polled, and close their connection when dropped"]
pub struct EventStream<T = Message> {
    connection: Connection,
    feed: Feed,
    decode: Decode<T>,
}

/// Makes the stream's values, straight from what the transport lends.
pub(crate) type Decode<T> = fn(Frame<'_>) -> Result<T, DecodeError>;

impl<T> EventStream<T> {
    pub(crate) fn new(
        connection: Connection,
        transport: Box<dyn Transport>,
        decode: Decode<T>,
    ) -> Self {
        let feed = Feed {
            session: Rc::clone(connection.session()),
            transport,
            end: End::Ahead,
        };
        EventStream {
            connection,
            feed,
            decode,
        }
    }

    /// The connection, and what comes from it before it is decoded.
    #[cfg(feature = "npm")]
    pub(crate) fn into_parts(self) -> (Connection, Feed) {
        (self.connection, self.feed)
    }

    /// The same stream with what happens to the connection in its place among the messages.
    ///
    /// To be called right after opening: of what happened before, only the messages are in it.
    pub fn with_lifecycle(mut self) -> LifecycleStream<T> {
        self.feed.transport.keep_lifecycle();
        LifecycleStream {
            connection: self.connection,
            feed: self.feed,
            decode: self.decode,
        }
    }
}

impl<T> Stream for EventStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let decode = self.decode;
        loop {
            match ready!(self.feed.poll_next(cx)) {
                Some(FeedItem::Item(Lifecycle::Message(frame))) => {
                    return Poll::Ready(Some(decode(frame).map_err(Error::from)));
                }
                Some(FeedItem::Item(_) | FeedItem::Nothing) => {}
                Some(FeedItem::Error(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// What both streams let one see and do of their connection.
macro_rules! with_connection {
    ($($stream:ident)*) => {$(
        impl<T> $stream<T> {
            /// The connection: its URL, its last event ID, its listeners.
            pub fn connection(&self) -> &Connection {
                &self.connection
            }

            /// The state of the connection now.
            pub fn state(&self) -> State {
                self.connection().state()
            }

            /// Why the connection is closed; `None` as long as it is not.
            pub fn close_reason(&self) -> Option<CloseReason> {
                self.connection().close_reason()
            }

            /// Closes the connection. What came before can still be read.
            pub fn close(&self) {
                self.connection().close();
            }

            /// A handle that closes this stream and can be kept anywhere.
            pub fn close_handle(&self) -> CloseHandle {
                self.connection().close_handle()
            }
        }

        impl<T> FusedStream for $stream<T> {
            fn is_terminated(&self) -> bool {
                self.feed.end == End::Reached
            }
        }

        impl<T> fmt::Debug for $stream<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($stream)).field(self.connection()).finish()
            }
        }
    )*};
}

with_connection!(EventStream LifecycleStream);

/// What a [`LifecycleStream`] yields: a message, or a change of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifecycle<T = Message> {
    /// The server answered, for the first time.
    Opened,
    /// A message.
    Message(T),
    /// The connection is lost, or could not be made, and is tried again.
    Reconnecting {
        /// Which attempt this is, from 1. Each success starts the count anew.
        attempt: u32,
        /// What made the attempt necessary.
        cause: ReconnectCause,
    },
    /// The connection is there again.
    Resumed {
        /// The ID of the last message before the break. The browser sent it along, so that the
        /// server could go on behind it. Empty if no message had one. As with
        /// [`Connection::last_event_id`], the browser's `EventSource` is ahead of this where the server
        /// puts an ID on events that nobody listens for, or on none at all.
        last_event_id: String,
    },
    /// The connection is closed; the last item of every stream.
    Closed(CloseReason),
}

/// The messages of an event source and what happens to its connection, in order.
///
/// It ends when and as an [`EventStream`] does, but for one more item before `None`:
/// [`Lifecycle::Closed`], with the reason.
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_eventsource::Error> {
/// use futures_util::StreamExt;
/// use wasm_eventsource::{EventSource, Lifecycle};
///
/// let mut events = EventSource::new("/log").stream()?.with_lifecycle();
/// while let Some(item) = events.next().await {
///     match item? {
///         Lifecycle::Message(message) => println!("{}", message.data()),
///         Lifecycle::Resumed { last_event_id } => println!("-- resumed after {last_event_id} --"),
///         Lifecycle::Reconnecting { attempt, .. } => println!("-- attempt {attempt} --"),
///         _ => {}
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "streams do nothing unless polled, and close their connection when dropped"]
pub struct LifecycleStream<T = Message> {
    connection: Connection,
    feed: Feed,
    decode: Decode<T>,
}

impl<T> Stream for LifecycleStream<T> {
    type Item = Result<Lifecycle<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let decode = self.decode;
        loop {
            return Poll::Ready(match ready!(self.feed.poll_next(cx)) {
                Some(FeedItem::Item(item)) => Some(item.decode(decode)),
                Some(FeedItem::Error(error)) => Some(Err(error)),
                Some(FeedItem::Nothing) => continue,
                None => None,
            });
        }
    }
}

impl Lifecycle<Frame<'_>> {
    fn decode<T>(self, decode: Decode<T>) -> Result<Lifecycle<T>, Error> {
        Ok(match self {
            Lifecycle::Message(frame) => Lifecycle::Message(decode(frame)?),
            Lifecycle::Opened => Lifecycle::Opened,
            Lifecycle::Reconnecting { attempt, cause } => {
                Lifecycle::Reconnecting { attempt, cause }
            }
            Lifecycle::Resumed { last_event_id } => Lifecycle::Resumed { last_event_id },
            Lifecycle::Closed(reason) => Lifecycle::Closed(reason),
        })
    }
}

/// What both streams are made of: all items in order, the end included, once.
pub(crate) struct Feed {
    session: Rc<Session>,
    transport: Box<dyn Transport>,
    end: End,
}

/// How much of the end was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Ahead,
    ErrorTold,
    ReasonTold,
    Reached,
}

impl Feed {
    /// Whether what comes from now on is kept for this feed, or is for callbacks alone: they are
    /// called then though nobody polls.
    #[cfg(feature = "npm")]
    pub fn keep(&mut self, keep: bool) {
        self.session.keep_for_stream(keep);
        self.transport.read_ahead(!keep);
    }

    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<FeedItem<'_>>> {
        let session = &self.session;
        if self.end == End::Ahead {
            match self.transport.poll_next(session, cx) {
                Poll::Ready(item) => return Poll::Ready(Some(item)),
                Poll::Pending if session.is_closed() => {}
                Poll::Pending => {
                    session.register(cx.waker());
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(self.end.next(session.close_reason()))
    }
}

impl End {
    /// The items after the last that the transport had: a failure, the reason, nothing for ever.
    fn next(&mut self, reason: Option<CloseReason>) -> Option<FeedItem<'static>> {
        let (end, item) = match (*self, reason) {
            (End::Ahead, Some(CloseReason::Failed(error))) => {
                (End::ErrorTold, Some(FeedItem::Error(error)))
            }
            (End::Ahead | End::ErrorTold, Some(reason)) => {
                let closed = Lifecycle::Closed(reason);
                (End::ReasonTold, Some(FeedItem::Item(closed)))
            }
            _ => (End::Reached, None),
        };
        *self = end;
        item
    }
}

#[cfg(test)]
mod tests;
