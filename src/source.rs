//! [`EventSource`], the builder of a connection.

use std::{fmt, rc::Rc, sync::Arc};

use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use web_sys::AbortSignal;

#[cfg(feature = "fetch")]
use crate::connector::fetch::RequestOptions;
use crate::{
    buffer::Buffer,
    close::CloseRule,
    connection::Connection,
    connector::native,
    error::{DecodeError, OpenError},
    message::Frame,
    session::Session,
    state::State,
    stream::{Decode, EventStream},
    subscribe::Selection,
    sys, typed,
};

#[cfg(feature = "fetch")]
mod request;

/// The builder of a connection. It opens a stream of [typed events](Self::typed), of the events of [one
/// name](Self::typed_event), or of [messages](Self::stream); or a connection with [callbacks
/// only](Self::open).
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
    /// Makes the options of the browser's `EventSource`.
    credentials: Option<fn() -> JsValue>,
    selection: Selection,
    setup: Option<Setup>,
    close_rule: CloseRule,
    abort: Option<Setup>,
    over: Over,
}

/// Prepares a session before the connection is opened. It is a function, so that only apps that use it link it.
type Setup = Box<dyn FnOnce(&Rc<Session>) -> Result<(), OpenError>>;

/// The connector. Each is stored as a function, so that only apps that use it link it.
enum Over {
    Native(native::Open),
    #[cfg(feature = "fetch")]
    Fetch(Box<RequestOptions>),
}

impl EventSource {
    /// An event source at this URL over the browser's `EventSource`. The URL may be relative to that of the
    /// page or worker.
    ///
    /// The feature `fetch` adds sources over `fetch()`: `EventSource::fetch`, and the methods for the
    /// request, such as `header`, `method` and `body`, which turn this source into one over `fetch()`.
    pub fn new(url: impl Into<String>) -> Self {
        EventSource::over(Over::Native(native::open), url.into())
    }

    fn over(over: Over, url: String) -> Self {
        EventSource {
            url,
            credentials: None,
            selection: Selection::default(),
            setup: None,
            close_rule: CloseRule::default(),
            abort: None,
            over,
        }
    }

    /// Subscribes the stream to this event name. Without a name, the stream is subscribed to `message`, the
    /// type of events that the server did not name.
    pub fn event(mut self, name: impl Into<Arc<str>>) -> Self {
        self.selection.names.push(name.into());
        self
    }

    /// Subscribes the stream to these event names: [`event`](Self::event) for each.
    pub fn events<N: Into<Arc<str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.selection
            .names
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Sets which message ends the stream: a [`CloseRule`], or the name of an event. It replaces the
    /// rule that was set before, and the default, the event `close`; for several rules see
    /// [`CloseRule::or`].
    pub fn close_on(mut self, rule: impl Into<CloseRule>) -> Self {
        self.close_rule = rule.into();
        self
    }

    /// Whether cookies go along with a request to another origin ([`withCredentials`]). The default is
    /// `false`; requests to the page's origin always carry them.
    ///
    /// [`withCredentials`]: https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-withcredentials
    pub fn with_credentials(mut self, with_credentials: bool) -> Self {
        self.credentials = with_credentials.then_some(sys::with_credentials);
        self
    }

    /// Sets how many messages may wait in the stream's queue. By default the queue is unbounded; over
    /// `fetch()`, the connection then reads only when the stream is polled.
    pub fn buffer(mut self, buffer: Buffer) -> Self {
        self.selection.limit = Some(buffer.into());
        #[cfg(feature = "fetch")]
        self.enqueue_messages();
        self
    }

    /// Closes the connection when this signal is aborted, as [`Connection::close`] does. With a signal that
    /// is already aborted, nothing is opened and the stream ends at once.
    pub fn abort_signal(mut self, signal: AbortSignal) -> Self {
        self.abort = then(self.abort, move |session| {
            session.close_on_abort(&signal);
            Ok(())
        });
        self
    }

    /// Calls back with the decoded data of each event of this type until the connection is closed. The call
    /// is made in the browser's event dispatch, without a task or a queue (over `fetch()`: when the event is
    /// read). Data that does not fit `T` comes as a [`DecodeError`], which holds the message. For a callback
    /// that throws a JavaScript exception see [`Connection::on`].
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

    /// Calls back as [`on`](Self::on) does, with the message: for event type and last event ID, for data that
    /// is not JSON, and for payloads that [borrow](Frame::json) from it.
    pub fn on_frame(
        mut self,
        event_type: impl Into<Arc<str>>,
        callback: impl FnMut(&Frame<'_>) + 'static,
    ) -> Self {
        let name = event_type.into();
        self.setup = then(self.setup, move |session| {
            session.add_callback(name, Box::new(callback)).map(drop)
        });
        self
    }

    /// Calls back at each change of the state. The last call brings [`State::Closed`]; dropping the
    /// connection makes no call.
    pub fn on_state(mut self, callback: impl FnMut(&State) + 'static) -> Self {
        self.setup = then(self.setup, move |session| {
            session.add_observer(Box::new(callback));
            Ok(())
        });
        self
    }

    /// Opens the connection as a stream of its messages.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if an argument is invalid, such as the URL or an event name, or outside of a browser. An
    /// unreachable server is not an error here.
    pub fn stream(self) -> Result<EventStream, OpenError> {
        self.decoded(|frame| Ok(frame.into_owned()))
    }

    /// Opens the connection as a stream of typed events, which an enum lists.
    ///
    /// The names of its variants, as serde knows them (renamed, aliases too), are the event names that the
    /// stream is subscribed to; the event's name picks the variant, and its data, as JSON, is the content. A
    /// `Message` variant, renamed to `message`, gets the unnamed events. A unit variant accepts any data or
    /// none, a content of type `()` the data `null`; [`Text`](crate::Text) takes the raw data;
    /// [`Envelope`](crate::Envelope) adds event type and last event ID.
    ///
    /// A message that cannot be decoded is one [`Error::Decode`](crate::Error::Decode), which holds the
    /// message, and the stream goes on. If the close event is a variant, it is delivered as the last item.
    /// Names given by [`event`](Self::event) are subscribed to as well; an event without a variant is a
    /// decode error, unless a variant is marked `#[serde(other)]`.
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
    ///     Note(Text),                          // event: note, data: any text
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
    /// A message that cannot be decoded is one [`Error::Decode`](crate::Error::Decode), which holds the
    /// message, and the stream goes on. [`Text`](crate::Text) takes the raw data, and
    /// [`Envelope`](crate::Envelope) adds event type and last event ID. Names given by [`event`](Self::event)
    /// are subscribed to as well, and their data decoded as the same type.
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

    /// Opens the connection for callbacks only. It stays open until it is closed or its last handle is
    /// dropped.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream), and [`OpenError::NoStream`] if event names were subscribed to:
    /// only a stream yields them.
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
        if let Some(name) = self.selection.first() {
            let name = name.into();
            return Err(OpenError::NoStream { name });
        }
        let (connection, ()) = self.connect(|_, session| {
            session.share();
            Ok(())
        })?;
        Ok(connection)
    }

    fn decoded<T>(self, decode: Decode<T>) -> Result<EventStream<T>, OpenError> {
        let (connection, subscriber) = self.connect(Selection::subscribe)?;
        Ok(EventStream::new(connection, subscriber, decode))
    }

    /// Makes the session, adds callbacks and the stream, then opens the connection, so that no message is
    /// missed. Not generic over the stream's type, so that all streams share the code.
    fn connect<S>(
        self,
        subscribe: fn(Selection, &Session) -> Result<S, OpenError>,
    ) -> Result<(Connection, S), OpenError> {
        let session = Session::new(self.url, self.close_rule)?;
        if let Some(set_up) = self.setup {
            set_up(&session)?;
        }
        let subscribed = subscribe(self.selection, &session)?;
        let connection = Connection::new(Rc::clone(&session));
        if let Some(close_on_abort) = self.abort {
            close_on_abort(&session)?;
        }
        match self.over {
            Over::Native(open) => open(&session, self.credentials)?,
            #[cfg(feature = "fetch")]
            Over::Fetch(options) => {
                (options.open)(&session, *options, self.credentials.is_some())?;
            }
        }
        Ok((connection, subscribed))
    }
}

/// Adds a step to a setup.
fn then(
    first: Option<Setup>,
    next: impl FnOnce(&Rc<Session>) -> Result<(), OpenError> + 'static,
) -> Option<Setup> {
    Some(Box::new(move |session| {
        if let Some(first) = first {
            first(session)?;
        }
        next(session)
    }))
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource")
            .field("url", &self.url)
            .field("names", &self.selection.names)
            .field("close_rule", &self.close_rule)
            .field("buffer", &self.selection.buffer())
            .field("with_credentials", &self.credentials.is_some())
            .finish_non_exhaustive()
    }
}
