//! The streams: [`EventStream`] of messages, [`LifecycleStream`] of messages and the changes of the connection
//! between them.

use std::{
    fmt,
    future::poll_fn,
    mem,
    ops::Deref,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use futures_core::{FusedStream, Stream};

#[cfg(feature = "fetch")]
use crate::session::FrameReader;
use crate::{
    buffer::Item,
    close::CloseReason,
    connection::Connection,
    error::{DecodeError, Error},
    lifecycle::Lifecycle,
    message::{Frame, Message},
    subscription::Subscriber,
};

/// The messages of an event source, in the order the server sent them.
///
/// It yields one item for each message of the names that it is subscribed to: `Ok`, or, if it is typed
/// and the message is not what the type expects, [`Error::Decode`]. It ends, with `None` for
/// ever after,
/// - when a message meets the [close rule](crate::CloseRule), after that message;
/// - when it is closed, after the messages that had come before;
/// - when the connection [fails](Error::Failed), after one `Err`.
///
/// The end of a response and a broken network do not end it, where the request may be sent again: the
/// connection is made anew. [`close_reason`](Connection::close_reason) says why it ended. A stream has all
/// methods of its [`Connection`]; dropping it closes the connection, unless there is another handle or
/// another stream of it.
///
/// Messages wait without limit until they are polled (over `fetch()` they are not read until then), unless
/// a [`Buffer`](crate::Buffer) is set: then [`Error::Lagged`] says where and how many are missing.
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
    items: Items,
    decode: Decode<T>,
}

/// Makes the stream's values, straight from the frame.
pub(crate) type Decode<T> = fn(Frame<'_>) -> Result<T, DecodeError>;

impl<T> EventStream<T> {
    pub(crate) fn new(
        connection: Connection,
        subscriber: Rc<Subscriber>,
        decode: Decode<T>,
    ) -> Self {
        let items = Items {
            #[cfg(feature = "fetch")]
            reader: connection
                .session()
                .connector()
                .and_then(|connector| Rc::clone(connector).reader()),
            connection,
            subscriber,
            end: End::Ahead,
        };
        EventStream { items, decode }
    }

    /// The connection. A clone of it keeps the connection open when the stream is dropped.
    pub fn connection(&self) -> &Connection {
        &self.items.connection
    }

    /// The same stream with the changes of the connection in their places among the messages.
    ///
    /// Call it right after opening: of what happened before, only the messages are in it.
    pub fn with_lifecycle(self) -> LifecycleStream<T> {
        self.items.subscriber.keep_lifecycle();
        LifecycleStream(self)
    }

    /// The next message, before it is decoded, lent until the stream is used again. Over `fetch()` it is
    /// lent straight from the bytes that came, without a copy: a [payload](Frame::json) may borrow from it.
    /// Errors and the end are as for the stream; [`Error::Decode`] is not among them.
    ///
    /// Dropping the future loses nothing.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), wasm_eventsource::Error> {
    /// use serde::Deserialize;
    /// use wasm_eventsource::{DecodeError, EventSource};
    ///
    /// #[derive(Deserialize)]
    /// struct Tick<'a> {
    ///     symbol: &'a str,
    ///     price: f64,
    /// }
    ///
    /// let mut prices = EventSource::new("/prices").event("tick").stream()?;
    /// while let Some(frame) = prices.next_frame().await {
    ///     let frame = frame?;
    ///     let tick: Result<Tick, DecodeError> = frame.json();
    ///     println!("{}", tick?.symbol);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next_frame(&mut self) -> Option<Result<Frame<'_>, Error>> {
        loop {
            let next = poll_fn(|cx| self.items.poll_advance(cx)).await?;
            match next {
                #[cfg(feature = "fetch")]
                Next::Lent => return self.items.lent().map(Ok),
                Next::Queued(Ok(Lifecycle::Message(message))) => return Some(Ok(message)),
                Next::Queued(Ok(_)) => {}
                Next::Queued(Err(error)) => return Some(Err(error)),
            }
        }
    }

    /// Polls for what [`next_frame`](Self::next_frame) returns.
    pub fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<'_>, Error>>> {
        loop {
            let next = ready!(self.items.poll_advance(cx));
            return Poll::Ready(match next {
                #[cfg(feature = "fetch")]
                Some(Next::Lent) => self.items.lent().map(Ok),
                Some(Next::Queued(Ok(Lifecycle::Message(message)))) => Some(Ok(message)),
                Some(Next::Queued(Ok(_))) => continue,
                Some(Next::Queued(Err(error))) => Some(Err(error)),
                None => None,
            });
        }
    }
}

impl<T> Stream for EventStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let EventStream { items, decode } = &mut *self;
        loop {
            let frame = match ready!(items.poll_advance(cx)) {
                #[cfg(feature = "fetch")]
                Some(Next::Lent) => items.lent(),
                Some(Next::Queued(Ok(Lifecycle::Message(message)))) => Some(message),
                Some(Next::Queued(Ok(_))) => continue,
                Some(Next::Queued(Err(error))) => return Poll::Ready(Some(Err(error))),
                None => None,
            };
            let value = frame.map(decode);
            items.release();
            return Poll::Ready(value.map(|value| Ok(value?)));
        }
    }
}

impl<T> FusedStream for EventStream<T> {
    fn is_terminated(&self) -> bool {
        self.items.end == End::Reached
    }
}

impl<T> Deref for EventStream<T> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.items.connection
    }
}

impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventStream")
            .field(self.connection())
            .finish()
    }
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
pub struct LifecycleStream<T = Message>(EventStream<T>);

impl<T> Stream for LifecycleStream<T> {
    type Item = Result<Lifecycle<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let EventStream { items, decode } = &mut self.0;
        let item = match ready!(items.poll_advance(cx)) {
            #[cfg(feature = "fetch")]
            Some(Next::Lent) => items.lent().map(|frame| Ok(Lifecycle::Message(frame))),
            Some(Next::Queued(item)) => Some(item),
            None => None,
        };
        let item = item.map(|item| Ok(item?.try_map(*decode)?));
        items.release();
        Poll::Ready(item)
    }
}

impl<T> FusedStream for LifecycleStream<T> {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl<T> LifecycleStream<T> {
    /// The connection. A clone of it keeps the connection open when the stream is dropped.
    pub fn connection(&self) -> &Connection {
        self.0.connection()
    }
}

impl<T> Deref for LifecycleStream<T> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0.connection()
    }
}

impl<T> fmt::Debug for LifecycleStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LifecycleStream")
            .field(self.connection())
            .finish()
    }
}

/// All items of a stream in order, and the end once.
struct Items {
    connection: Connection,
    subscriber: Rc<Subscriber>,
    #[cfg(feature = "fetch")]
    reader: Option<Box<dyn FrameReader>>,
    end: End,
}

/// What comes next.
enum Next {
    Queued(Item),
    /// A message that can be read where it is.
    #[cfg(feature = "fetch")]
    Lent,
}

/// How much of the end the stream has yielded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Ahead,
    Error,
    Reason,
    Reached,
}

impl Items {
    fn poll_advance(&mut self, cx: &mut Context<'_>) -> Poll<Option<Next>> {
        if self.end == End::Ahead {
            if let Some(next) = self.next() {
                return Poll::Ready(Some(next));
            }
            let session = self.connection.session();
            if !session.is_over() {
                self.subscriber.register(cx.waker());
                if !self.subscriber.asks.replace(true)
                    && let Some(connector) = session.connector()
                {
                    connector.demand_changed();
                }
                return Poll::Pending;
            }
        }
        Poll::Ready(self.next_of_end().map(Next::Queued))
    }

    /// What has come. While a chunk is being read where it is, the queue is empty.
    fn next(&mut self) -> Option<Next> {
        if let Some(item) = self.subscriber.pop() {
            return Some(Next::Queued(item));
        }
        #[cfg(feature = "fetch")]
        if let Some(reader) = &mut self.reader
            && let Poll::Ready(message) =
                reader.advance(self.connection.session(), &self.subscriber)
        {
            return Some(message.map_or_else(|error| Next::Queued(Err(error)), |()| Next::Lent));
        }
        None
    }

    /// The message that was advanced to.
    #[cfg(feature = "fetch")]
    fn lent(&self) -> Option<Frame<'_>> {
        self.reader.as_ref().map(|reader| reader.frame())
    }

    /// The message that was advanced to is not needed any more.
    fn release(&mut self) {
        #[cfg(feature = "fetch")]
        if let Some(reader) = &mut self.reader {
            reader.release();
        }
    }

    /// What comes after the last message: a failure, the reason, `None` for ever.
    fn next_of_end(&mut self) -> Option<Item> {
        let end = mem::replace(&mut self.end, End::Reached);
        let reason = self.connection.close_reason()?;
        match (end, reason) {
            (End::Ahead, CloseReason::Failed(error)) => {
                self.end = End::Error;
                Some(Err(error))
            }
            (End::Ahead | End::Error, reason) => {
                self.end = End::Reason;
                Some(Ok(Lifecycle::Closed(reason)))
            }
            _ => None,
        }
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        self.connection.session().unsubscribe(&self.subscriber);
    }
}

#[cfg(test)]
mod tests;
