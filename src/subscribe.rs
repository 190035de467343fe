//! [`Subscribe`], the builder of a further stream on an open connection, and the [`Selection`] of messages
//! that it shares with [`EventSource`](crate::EventSource).

use std::{fmt, rc::Rc, sync::Arc};

use serde::de::DeserializeOwned;

use crate::{
    buffer::{Buffer, Limit},
    connection::Connection,
    error::OpenError,
    message::MESSAGE,
    session::Session,
    stream::{Decode, EventStream},
    subscription::Subscriber,
    typed,
};

/// The event names and the buffer of a stream.
#[derive(Default)]
pub(crate) struct Selection {
    pub names: Vec<Arc<str>>,
    /// The messages of every other name, too.
    #[cfg(feature = "fetch")]
    pub all: bool,
    pub limit: Option<Limit>,
}

impl Selection {
    /// The first name; `*` stands for all of them.
    pub fn first(&self) -> Option<&str> {
        let name = self.names.first().map(|name| &**name);
        #[cfg(feature = "fetch")]
        let name = name.or(self.all.then_some("*"));
        name
    }

    pub fn buffer(&self) -> Option<Buffer> {
        self.limit.map(|limit| limit.buffer)
    }

    /// Adds a stream to the session. Without a name it is subscribed to `message`.
    pub fn subscribe(mut self, session: &Session) -> Result<Rc<Subscriber>, OpenError> {
        if self.buffer().is_some_and(|buffer| !buffer.has_room()) {
            return Err(OpenError::NoRoom);
        }
        if self.first().is_none() {
            self.names.push(Arc::from(MESSAGE));
        }
        let subscriber = Subscriber::new(self.limit);
        session.subscribe(&self.names, &subscriber)?;
        #[cfg(feature = "fetch")]
        if self.all {
            session.subscribe_to_all(&subscriber);
        }
        Ok(subscriber)
    }
}

/// The builder of a further stream of a [`Connection`].
///
/// The methods are those of [`EventSource`](crate::EventSource).
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_eventsource::Error> {
/// use wasm_eventsource::{EventSource, Text};
///
/// let connection = EventSource::new("/log").open()?;
/// let warnings = connection.subscribe().typed_event::<Text>("warning")?;
/// let everything = connection.subscribe().events(["info", "warning", "error"]).stream()?;
/// # Ok(()) }
/// ```
#[must_use = "nothing is opened before `typed`, `typed_event` or `stream` is called"]
pub struct Subscribe {
    connection: Connection,
    selection: Selection,
}

impl Connection {
    /// Opens a further stream on this connection, with separate event names, type and
    /// [`Buffer`](crate::Buffer). It yields the messages that arrive from now on.
    ///
    /// The streams of a connection end together. Over `fetch()`, the fastest stream sets the pace; messages
    /// for the other streams wait in their queues.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), wasm_eventsource::Error> {
    /// use wasm_eventsource::{Buffer, EventSource};
    ///
    /// let prices = EventSource::new("/market").typed_event::<f64>("price")?;
    /// let news = prices.subscribe().event("news").buffer(Buffer::latest()).stream()?;
    /// drop(prices); // the connection stays open for `news`
    /// # Ok(()) }
    /// ```
    pub fn subscribe(&self) -> Subscribe {
        Subscribe {
            connection: self.clone(),
            selection: Selection::default(),
        }
    }
}

impl Subscribe {
    /// Subscribes the stream to this event name. Without a name, it is subscribed to `message`, the type of
    /// events that the server did not name.
    pub fn event(mut self, name: impl Into<Arc<str>>) -> Self {
        self.selection.names.push(name.into());
        self
    }

    /// Subscribes the stream to these event names.
    pub fn events<N: Into<Arc<str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.selection
            .names
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Subscribes the stream to the events of every name.
    #[cfg(feature = "fetch")]
    pub fn all_events(mut self) -> Self {
        self.selection.all = true;
        self
    }

    /// Sets how many messages may wait in the stream's queue. By default the queue is unbounded.
    pub fn buffer(mut self, buffer: Buffer) -> Self {
        self.selection.limit = Some(buffer.into());
        self
    }

    /// Opens the stream of messages.
    ///
    /// # Errors
    ///
    /// [`OpenError::InvalidEventName`] for a name that no server can send, [`OpenError::NoRoom`] for a buffer
    /// with the limit 0, and `OpenError::AllEvents` for all events over the browser's `EventSource`. On a
    /// closed connection, the stream ends at once.
    pub fn stream(self) -> Result<EventStream, OpenError> {
        self.decoded(|frame| Ok(frame.into_owned()))
    }

    /// Opens the stream of the [typed events](crate::EventSource::typed) that an enum names.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream); and [`OpenError::NotAnEnum`] or [`OpenError::NoVariants`] for a
    /// type that does not name its events.
    pub fn typed<T: DeserializeOwned>(self) -> Result<EventStream<T>, OpenError> {
        let names = typed::names::<T>()?;
        self.events(names.iter().copied()).decoded(typed::variant)
    }

    /// Opens the stream of the events of [one name](crate::EventSource::typed_event).
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    pub fn typed_event<T: DeserializeOwned>(
        self,
        name: impl Into<Arc<str>>,
    ) -> Result<EventStream<T>, OpenError> {
        self.event(name).decoded(|frame| typed::content(&frame))
    }

    fn decoded<T>(self, decode: Decode<T>) -> Result<EventStream<T>, OpenError> {
        let session = self.connection.session();
        #[cfg(feature = "fetch")]
        if self.selection.all
            && let Some(connector) = session.connector()
            && !connector.brings_every_name()
        {
            let url = session.url().into();
            return Err(OpenError::AllEvents { url });
        }
        let subscriber = self.selection.subscribe(session)?;
        Ok(EventStream::new(self.connection, subscriber, decode))
    }
}

impl fmt::Debug for Subscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribe")
            .field("connection", &self.connection)
            .field("names", &self.selection.names)
            .field("buffer", &self.selection.buffer())
            .finish_non_exhaustive()
    }
}
