//! [`EventSource`], the builder: everything that can be said of a connection before it is opened.

use std::{fmt, rc::Rc, sync::Arc};

use crate::{
    CloseRule, Connection, EventStream, Frame, OpenError, State,
    close::MESSAGE,
    session::{MessageCallback, Session},
    state::StateObserver,
    transport::native::{self, Inbox, Native},
};

/// Says what to listen to, and opens it as a [stream](Self::stream) or [for callbacks](Self::open).
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_eventsource::Error> {
/// use futures_util::StreamExt;
/// use wasm_eventsource::EventSource;
///
/// let mut events = EventSource::new("/prices")
///     .events(["tick", "note"])
///     .on_state(|state| println!("{state}"))
///     .stream()?;
/// while let Some(event) = events.next().await {
///     let event = event?;
///     println!("{}: {}", event.event_type(), event.data());
/// }
/// # Ok(()) }
/// ```
#[must_use = "nothing is opened before `stream` or `open` is called"]
pub struct EventSource {
    url: String,
    with_credentials: bool,
    names: Vec<Arc<str>>,
    close_rule: CloseRule,
    callbacks: Vec<(Arc<str>, Box<MessageCallback>)>,
    observers: Vec<Box<StateObserver>>,
}

impl EventSource {
    /// An event source at this URL, which may be relative to the page's or worker's.
    pub fn new(url: impl Into<String>) -> Self {
        EventSource {
            url: url.into(),
            with_credentials: false,
            names: Vec::new(),
            close_rule: CloseRule::default(),
            callbacks: Vec::new(),
            observers: Vec::new(),
        }
    }

    /// Subscribes the stream to this event name. Without any, it is subscribed to `message`, under
    /// which events come that the server did not name.
    pub fn event(mut self, name: impl Into<Arc<str>>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Subscribes the stream to these event names: [`event`](Self::event) for each.
    pub fn events<N: Into<Arc<str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Sets which message ends the stream: a [`CloseRule`], or the name of an event.
    /// `close` unless set.
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

    /// Calls back for each message of this event type as long as the connection lives, in the
    /// browser's own event dispatch: no task and no queue is in between. The name need not be
    /// subscribed to; if it is, callback and stream both see the message.
    ///
    /// For a callback that ends before the connection, see [`Connection::on`].
    pub fn on(
        mut self,
        event_type: impl Into<Arc<str>>,
        callback: impl FnMut(&Frame<'_>) + 'static,
    ) -> Self {
        self.callbacks.push((event_type.into(), Box::new(callback)));
        self
    }

    /// Calls back at each change of the state as long as the connection lives. The last call brings
    /// [`State::Closed`]; none is made when the connection is closed by dropping it.
    pub fn on_state(mut self, callback: impl FnMut(&State) + 'static) -> Self {
        self.observers.push(Box::new(callback));
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
        if self.names.is_empty() {
            self.names.push(Arc::from(MESSAGE));
        }
        let inbox = Rc::<Inbox>::default();
        let connection = self.connect(Some(Rc::clone(&inbox)))?;
        Ok(EventStream::new(connection, Box::new(Native(inbox))))
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
    ///     .on("tick", |tick| println!("{}", tick.data()))
    ///     .open()?;
    /// # Ok(()) }
    /// ```
    pub fn open(self) -> Result<Connection, OpenError> {
        if let Some(name) = self.names.first() {
            return Err(OpenError::NoStream {
                name: name.to_string(),
            });
        }
        self.connect(None)
    }

    fn connect(self, inbox: Option<Rc<Inbox>>) -> Result<Connection, OpenError> {
        let session = Session::new(
            self.url,
            self.close_rule,
            self.names,
            self.callbacks,
            self.observers,
        )?;
        native::open(&session, self.with_credentials, inbox)?;
        Ok(Connection::new(session))
    }
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource")
            .field("url", &self.url)
            .field("names", &self.names)
            .field("close_rule", &self.close_rule)
            .field("with_credentials", &self.with_credentials)
            .finish_non_exhaustive()
    }
}
