//! The streams: [`EventStream`] of messages, [`LifecycleStream`] of messages and the changes of the connection
//! between them.

use std::{
    fmt,
    future::poll_fn,
    ops::Deref,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use futures_core::{FusedStream, Stream};

use crate::{
    buffer::Item,
    connection::Connection,
    error::{DecodeError, Error},
    lifecycle::Lifecycle,
    message::{Frame, Message},
    subscription::Subscriber,
};

/// The messages of an event source, in the order the server sent them.
///
/// It yields one item for each message of its event names: `Ok`, or [`Error::Decode`] if the message does not
/// fit the stream's type. It ends, and from then on yields `None`,
/// - when a message meets the [close rule](crate::CloseRule), after that message;
/// - when it is closed, after earlier messages; over `fetch()` also by the server, with the status 204 or the
///   end of a response whose request is not sent again;
/// - when the connection [fails](Error::Failed), after one `Err`.
///
/// If the request may be sent again, the end of a response or a network failure does not end the stream: it
/// reconnects. [`close_reason`](Connection::close_reason) says why it ended. A stream has all methods of its
/// [`Connection`]; dropping it closes the connection, unless another handle or stream of it exists.
///
/// The queue of a stream has no limit (over `fetch()` the connection reads only when the stream is polled),
/// unless a [`Buffer`](crate::Buffer) is set: then [`Error::Lagged`] stands for dropped messages.
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

/// Decodes a frame into a value of the stream.
pub(crate) type Decode<T> = fn(Frame<'_>) -> Result<T, DecodeError>;

impl<T> EventStream<T> {
    pub(crate) fn new(
        connection: Connection,
        subscriber: Rc<Subscriber>,
        decode: Decode<T>,
    ) -> Self {
        let items = Items {
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

    /// The same stream with the changes of the connection between the messages.
    ///
    /// Call it right after opening: earlier changes are not in it.
    pub fn with_lifecycle(self) -> LifecycleStream<T> {
        self.items.subscriber.keep_lifecycle();
        self.connection().session().push_changes();
        LifecycleStream {
            stream: self,
            end: End::Ahead,
        }
    }

    /// Waits for the next message and passes it to `look` without decoding it. Over `fetch()`, the only
    /// stream of a connection without callbacks gets it straight from the received bytes, without a copy. A
    /// [payload](Frame::json) may borrow from it.
    ///
    /// Returns the result of `look`. Errors and the end are those of the stream, except [`Error::Decode`].
    /// Dropping the future loses no message.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), wasm_eventsource::Error> {
    /// use serde::Deserialize;
    /// use wasm_eventsource::EventSource;
    ///
    /// #[derive(Deserialize)]
    /// struct Tick<'a> {
    ///     symbol: &'a str,
    ///     price: f64,
    /// }
    ///
    /// let mut ticks = EventSource::new("/prices").event("tick").stream()?;
    /// let mut highest: f64 = 0.0;
    /// while let Some(seen) = ticks
    ///     .next_with(|frame| {
    ///         let tick: Tick = frame.json()?;
    ///         Ok::<_, wasm_eventsource::DecodeError>(tick.price)
    ///     })
    ///     .await
    /// {
    ///     highest = highest.max(seen??);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next_with<R>(
        &mut self,
        mut look: impl FnMut(Frame<'_>) -> R,
    ) -> Option<Result<R, Error>> {
        poll_fn(|cx| self.poll_next_with(cx, &mut look)).await
    }

    /// Polls for the next message, as [`next_with`](Self::next_with) does.
    pub fn poll_next_with<R>(
        &mut self,
        cx: &mut Context<'_>,
        mut look: impl FnMut(Frame<'_>) -> R,
    ) -> Poll<Option<Result<R, Error>>> {
        let mut seen = None;
        loop {
            let mut take = |frame: Frame<'_>| seen = Some(look(frame));
            match ready!(self.items.poll_next(cx, &mut take)) {
                Some(Ok(None)) => return Poll::Ready(seen.map(Ok)),
                Some(Ok(Some(_))) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> Stream for EventStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let decode = self.decode;
        let value = ready!(self.poll_next_with(cx, decode));
        Poll::Ready(value.map(|value| Ok(value??)))
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

/// The messages of an event source and the changes of its connection, in order.
///
/// It ends as an [`EventStream`] does, with one more item before `None`: [`Lifecycle::Closed`], with the
/// reason.
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
    stream: EventStream<T>,
    /// The progress of yielding the reason of the end.
    end: End,
}

impl<T> Stream for LifecycleStream<T> {
    type Item = Result<Lifecycle<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let EventStream { items, decode } = &mut self.stream;
        let mut value = None;
        let mut take = |frame: Frame<'_>| value = Some(decode(frame));
        let item = ready!(items.poll_next(cx, &mut take));
        Poll::Ready(match (item, value) {
            (_, Some(value)) => Some(value.map(Lifecycle::Message).map_err(Error::from)),
            (Some(Ok(change)), None) => change.and_then(Lifecycle::change).map(Ok),
            (Some(Err(error)), None) => Some(Err(error)),
            (None, None) if self.end == End::Ahead => {
                self.end = End::Near;
                self.close_reason()
                    .map(|reason| Ok(Lifecycle::Closed(reason)))
            }
            (None, None) => {
                self.end = End::Reached;
                None
            }
        })
    }
}

impl<T> FusedStream for LifecycleStream<T> {
    fn is_terminated(&self) -> bool {
        self.end == End::Reached
    }
}

impl<T> LifecycleStream<T> {
    /// The connection. A clone of it keeps the connection open when the stream is dropped.
    pub fn connection(&self) -> &Connection {
        self.stream.connection()
    }
}

impl<T> Deref for LifecycleStream<T> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.stream.connection()
    }
}

impl<T> fmt::Debug for LifecycleStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LifecycleStream")
            .field(self.connection())
            .finish()
    }
}

/// The items of a stream in order, and a failure as the last one.
struct Items {
    connection: Connection,
    subscriber: Rc<Subscriber>,
    end: End,
}

/// The progress of yielding the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Ahead,
    /// The last item was yielded.
    Near,
    /// `None` was.
    Reached,
}

/// A change of the connection; `None` for a message, which was passed to `take`.
type Next = Result<Option<Lifecycle>, Error>;

impl Items {
    /// The next item.
    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        take: &mut dyn FnMut(Frame<'_>),
    ) -> Poll<Option<Next>> {
        if self.end == End::Ahead {
            if let Some(item) = self.next(take) {
                return Poll::Ready(Some(item));
            }
            if self.waits(cx) {
                return Poll::Pending;
            }
            self.end = End::Near;
            if let Some(error) = self.connection.session().failure() {
                return Poll::Ready(Some(Err(error)));
            }
        }
        self.end = End::Reached;
        Poll::Ready(None)
    }

    /// The next item that has arrived: from the queue, or straight from the parser. The queue is empty while
    /// the stream reads the parser.
    fn next(&self, take: &mut dyn FnMut(Frame<'_>)) -> Option<Next> {
        if let Some(item) = self.subscriber.pop() {
            return Some(hand_over(item, take));
        }
        #[cfg(feature = "fetch")]
        {
            let session = self.connection.session();
            let read = session.connector()?.read(session, take);
            if let Poll::Ready(read) = read {
                return Some(read.map(|()| None));
            }
            // What was to be read may be in the queues now.
            if let Some(item) = self.subscriber.pop() {
                return Some(hand_over(item, take));
            }
        }
        None
    }

    /// Registers the task's waker, and requests more from the connector. Returns `false` after the end.
    fn waits(&self, cx: &Context<'_>) -> bool {
        let session = self.connection.session();
        if session.is_over() {
            return false;
        }
        self.subscriber.register(cx.waker());
        if !self.subscriber.asks.replace(true)
            && let Some(connector) = session.connector()
        {
            connector.demand_changed();
        }
        true
    }
}

/// Hands a message from the queue to `take`.
fn hand_over(item: Item, take: &mut dyn FnMut(Frame<'_>)) -> Next {
    match item? {
        Lifecycle::Message(message) => {
            take(message);
            Ok(None)
        }
        change => Ok(Some(change)),
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        self.connection.session().unsubscribe(&self.subscriber);
    }
}

#[cfg(test)]
mod tests;
