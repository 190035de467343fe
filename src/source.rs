//! [`EventSource`], the builder: everything that can be said of a connection before it is opened.

use std::{fmt, sync::Arc};

use serde::de::DeserializeOwned;

#[cfg(feature = "fetch")]
use crate::transport::fetch::Plan;
use crate::{
    Buffer, CloseRule, Connection, DecodeError, EventStream, Frame, OpenError, State,
    buffer::Inbox,
    close::MESSAGE,
    session::{Session, Wanted},
    stream::Decode,
    transport::{Reader, Transport, native},
    typed,
};
#[cfg(feature = "npm")]
use crate::{CloseReason, transport::Unopened};

#[cfg(feature = "fetch")]
mod request;

/// Says what to listen to, and opens it: as a stream of [typed events](Self::typed), of the events
/// of [one name](Self::typed_event), or of [messages](Self::stream); or for callbacks
/// [alone](Self::open).
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_eventsource::Error> {
/// use futures_util::StreamExt;
/// use serde::Deserialize;
/// use wasm_eventsource::{Buffer, EventSource};
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Tick { price: f64 },
///     Halt,
/// }
///
/// let mut feed = EventSource::new("/prices")
///     .buffer(Buffer::drop_oldest(1000))
///     .on_state(|state| println!("{state}"))
///     .typed::<Feed>()?;
/// while let Some(event) = feed.next().await {
///     match event? {
///         Feed::Tick { price } => println!("{price}"),
///         Feed::Halt => println!("no trade"),
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "nothing is opened before `typed`, `typed_event`, `stream` or `open` is called"]
pub struct EventSource {
    url: String,
    with_credentials: bool,
    wanted: Wanted,
    close_rule: CloseRule,
    buffer: Option<Buffer>,
    /// The browser's own transport; `None` in what was to be over `fetch()` from the first. Here, so that
    /// it is linked only into apps that make such a source.
    native: Option<native::Open>,
    /// What is asked by `fetch()`, where that is the transport.
    #[cfg(feature = "fetch")]
    plan: Option<Box<Plan>>,
}

impl EventSource {
    /// An event source at this URL, which may be relative to the page's or worker's.
    pub fn new(url: impl Into<String>) -> Self {
        EventSource::over(Some(native::open), url.into())
    }

    fn over(native: Option<native::Open>, url: String) -> Self {
        EventSource {
            url,
            with_credentials: false,
            wanted: Wanted::default(),
            close_rule: CloseRule::default(),
            buffer: None,
            native,
            #[cfg(feature = "fetch")]
            plan: None,
        }
    }

    /// Subscribes the stream to this event name. Without any, it is subscribed to `message`, under
    /// which events come that the server did not name.
    pub fn event(mut self, name: impl Into<Arc<str>>) -> Self {
        self.wanted.names.push(name.into());
        self
    }

    /// Subscribes the stream to these event names: [`event`](Self::event) for each.
    pub fn events<N: Into<Arc<str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.wanted.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Sets which message ends the stream: a [`CloseRule`], or the name of an event. It replaces the
    /// rule that was set before, and the default, the event `close`; for several rules see
    /// [`CloseRule::or`].
    pub fn close_on(mut self, rule: impl Into<CloseRule>) -> Self {
        self.close_rule = rule.into();
        self
    }

    /// Whether cookies go along with a request to another origin ([`withCredentials`]). `false`
    /// unless set; requests to the page's own origin always carry them.
    ///
    /// [`withCredentials`]: https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-withcredentials
    pub fn with_credentials(mut self, with_credentials: bool) -> Self {
        self.with_credentials = with_credentials;
        self
    }

    /// Sets how many messages wait for a stream that is not polled. Unless set, all of them do; over
    /// `fetch()` none, as nothing is read that is not polled for.
    pub fn buffer(mut self, buffer: Buffer) -> Self {
        self.buffer = Some(buffer);
        self
    }

    /// Calls back with the decoded data of each event of this type as long as the connection lives,
    /// in the browser's own event dispatch: no task and no queue is in between (over `fetch()`: as soon
    /// as it is read). Data that is not
    /// what `T` expects comes as the [`DecodeError`] that holds the message. A callback that throws
    /// a JavaScript exception is not called again.
    ///
    /// The name need not be subscribed to; if it is, callback and stream both see the message. For
    /// a callback that ends before the connection, see [`Connection::on`].
    ///
    /// ```no_run
    /// # fn main() -> Result<(), wasm_eventsource::OpenError> {
    /// use wasm_eventsource::{DecodeError, EventSource};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Tick {
    ///     price: f64,
    /// }
    ///
    /// let connection = EventSource::new("/prices")
    ///     .on("tick", |tick: Result<Tick, DecodeError>| match tick {
    ///         Ok(tick) => println!("{}", tick.price),
    ///         Err(error) => println!("{error}"),
    ///     })
    ///     .open()?;
    /// # Ok(()) }
    /// ```
    pub fn on<T: DeserializeOwned>(
        self,
        event_type: impl Into<Arc<str>>,
        mut callback: impl FnMut(Result<T, DecodeError>) + 'static,
    ) -> Self {
        self.on_frame(event_type, move |frame| callback(frame.json()))
    }

    /// Calls back as [`on`](Self::on) does, with the message itself, lent: for event type and last
    /// event ID, for data that is no JSON, and for payloads that [borrow](Frame::json) from it.
    pub fn on_frame(
        mut self,
        event_type: impl Into<Arc<str>>,
        callback: impl FnMut(&Frame<'_>) + 'static,
    ) -> Self {
        let callback = (event_type.into(), Box::new(callback) as Box<_>);
        self.wanted.callbacks.push(callback);
        self
    }

    /// Calls back at each change of the state as long as the connection lives. The last call brings
    /// [`State::Closed`]; none is made when the connection is closed by dropping it.
    pub fn on_state(mut self, callback: impl FnMut(&State) + 'static) -> Self {
        self.wanted.observers.push(Box::new(callback));
        self
    }

    /// Opens the connection as a stream of its messages.
    ///
    /// # Errors
    ///
    /// Nothing is opened, and an [`OpenError`] says why, if the URL cannot be resolved, if a name
    /// can never be sent, or where there is no `EventSource`. A server that cannot be reached is no
    /// error here.
    pub fn stream(mut self) -> Result<EventStream, OpenError> {
        if self.wanted.names.is_empty() && !self.wanted.all {
            self.wanted.names.push(Arc::from(MESSAGE));
        }
        self.decoded(|frame| Ok(frame.into_owned()))
    }

    /// The stream of a connection that is closed before it is made. What could not be opened is an error
    /// all the same, as far as that can be known.
    #[cfg(feature = "npm")]
    pub(crate) fn unopened(self) -> Result<EventStream, OpenError> {
        let session = Session::new(self.url, self.close_rule, self.wanted)?;
        session.close(CloseReason::Called);
        let (connection, transport) = (Connection::new(session), Box::new(Unopened));
        Ok(EventStream::new(connection, transport, |frame| {
            Ok(frame.into_owned())
        }))
    }

    /// Opens the connection as a stream of typed events: an enum says which there are.
    ///
    /// The names of its variants, as serde knows them (renamed, aliases too), are the event names
    /// that the stream is subscribed to; the event's name picks the variant, and its data, as JSON,
    /// is the content. A `Message` variant, renamed to `message`, gets the unnamed events. A unit
    /// variant accepts any data and none, a content of type `()` the data `null`; [`Text`](crate::Text) takes the data as it is;
    /// [`Envelope`](crate::Envelope) adds event type and last event ID.
    ///
    /// What cannot be decoded is one [`Error::Decode`](crate::Error::Decode) with the message in
    /// it, and the stream goes on. If the close event is a variant it is delivered, as the last.
    /// Names given by [`event`](Self::event) are subscribed to as well; an event that has no
    /// variant is a decode error unless one is marked `#[serde(other)]`.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream); and [`OpenError::NotAnEnum`] or [`OpenError::NoVariants`] for a
    /// type that does not name its events.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), wasm_eventsource::Error> {
    /// use futures_util::StreamExt;
    /// use serde::Deserialize;
    /// use wasm_eventsource::{EventSource, Text};
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "lowercase")]
    /// enum Feed {
    ///     Tick { symbol: String, price: f64 }, // event: tick, data: {"symbol":"ABC","price":41.5}
    ///     Note(Text),                          // event: note, data: whatever it is
    ///     Close,                               // event: close
    /// }
    ///
    /// let mut feed = EventSource::new("/prices").typed::<Feed>()?;
    /// while let Some(event) = feed.next().await {
    ///     match event {
    ///         Ok(Feed::Tick { symbol, price }) => println!("{symbol} {price}"),
    ///         Ok(Feed::Note(text)) => println!("{text}"),
    ///         Ok(Feed::Close) => println!("that was all"),
    ///         Err(error) => println!("{error}"),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn typed<T: DeserializeOwned>(self) -> Result<EventStream<T>, OpenError> {
        let names = typed::names::<T>()?;
        self.events(names.iter().copied()).decoded(typed::variant)
    }

    /// Opens the connection as a stream of the events of one name, their data decoded as JSON.
    ///
    /// What cannot be decoded is one [`Error::Decode`](crate::Error::Decode) with the message in
    /// it, and the stream goes on. [`Text`](crate::Text) takes the data as it is, and
    /// [`Envelope`](crate::Envelope) adds event type and last event ID. Names given by
    /// [`event`](Self::event) are subscribed to as well, and their data decoded as the same type.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), wasm_eventsource::Error> {
    /// use futures_util::StreamExt;
    /// use wasm_eventsource::EventSource;
    ///
    /// let mut times = EventSource::new("/time").typed_event::<u64>("test")?;
    /// while let Some(time) = times.next().await {
    ///     println!("{} ms since 1970", time?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn typed_event<T: DeserializeOwned>(
        self,
        name: impl Into<Arc<str>>,
    ) -> Result<EventStream<T>, OpenError> {
        self.event(name).decoded(|frame| typed::content(&frame))
    }

    /// Opens the connection for callbacks alone. It lives until it is closed or the [`Connection`]
    /// is dropped.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream), and [`OpenError::NoStream`] if event names were subscribed to:
    /// only a stream would yield them.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), wasm_eventsource::OpenError> {
    /// use wasm_eventsource::EventSource;
    ///
    /// let connection = EventSource::new("/prices")
    ///     .on_frame("tick", |tick| println!("{}", tick.data()))
    ///     .open()?;
    /// # Ok(()) }
    /// ```
    pub fn open(self) -> Result<Connection, OpenError> {
        let any = self.wanted.all.then_some("*");
        if let Some(name) = self.wanted.names.first().map(|name| &**name).or(any) {
            return Err(OpenError::NoStream {
                name: name.to_owned(),
            });
        }
        self.connect(Reader::Callbacks)
            .map(|(connection, _)| connection)
    }

    fn decoded<T>(self, decode: Decode<T>) -> Result<EventStream<T>, OpenError> {
        let reader = match self.buffer {
            Some(_) => Reader::Buffer,
            None => Reader::Stream,
        };
        let (connection, transport) = self.connect(reader)?;
        Ok(EventStream::new(connection, transport, decode))
    }

    #[cfg_attr(not(feature = "fetch"), expect(unused_variables))]
    fn connect(self, reader: Reader) -> Result<(Connection, Box<dyn Transport>), OpenError> {
        if self.buffer.is_some_and(|buffer| !buffer.has_room()) {
            return Err(OpenError::NoRoom);
        }
        let session = Session::new(self.url, self.close_rule, self.wanted)?;
        let inbox = Inbox::new(self.buffer.unwrap_or_default());
        #[cfg(feature = "fetch")]
        if let Some(plan) = self.plan {
            return (plan.open)(session, *plan, self.with_credentials, inbox, reader);
        }
        match self.native {
            Some(open) => open(session, self.with_credentials, inbox),
            // What has no native transport has a plan.
            None => Err(OpenError::Unsupported {
                url: session.url().to_owned(),
            }),
        }
    }
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource")
            .field("url", &self.url)
            .field("names", &self.wanted.names)
            .field("close_rule", &self.close_rule)
            .field("buffer", &self.buffer)
            .field("with_credentials", &self.with_credentials)
            .finish_non_exhaustive()
    }
}
