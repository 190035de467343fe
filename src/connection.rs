//! [`Connection`], the open event source, and [`CloseHandle`], which can only close it.

use std::{
    fmt,
    rc::{Rc, Weak},
    sync::Arc,
};

use serde::de::DeserializeOwned;

use crate::{
    callback::Listener,
    close::CloseReason,
    error::{DecodeError, OpenError},
    message::Frame,
    session::Session,
    state::State,
};

/// A handle of an open event source. When the last handle is dropped, the connection is closed, and every
/// listener is removed and freed.
///
/// A stream is a handle and has these methods, too; [`EventSource::open`](crate::EventSource::open) returns a
/// handle without a stream. Handles are cheap to clone.
///
/// A callback that owns a handle of its connection keeps it open until it is closed by other means: give it a
/// [`CloseHandle`], which does not.
///
/// ```no_run
/// # fn main() -> Result<(), wasm_eventsource::OpenError> {
/// use wasm_eventsource::{DecodeError, EventSource};
///
/// let connection = EventSource::new("/time").open()?;
/// let _ticking = connection.on("test", |time: Result<u64, DecodeError>| println!("{time:?}"))?;
/// println!("{} is {}", connection.url(), connection.state());
/// connection.close();
/// # Ok(()) }
/// ```
#[must_use = "the connection is closed when its last handle is dropped"]
pub struct Connection {
    session: Rc<Session>,
}

impl Connection {
    pub(crate) fn new(session: Rc<Session>) -> Self {
        session.add_handle();
        Connection { session }
    }

    pub(crate) fn session(&self) -> &Rc<Session> {
        &self.session
    }

    /// The URL as given.
    pub fn url(&self) -> &str {
        self.session.url()
    }

    /// The state of the connection now.
    pub fn state(&self) -> State {
        self.session.state()
    }

    /// Why the connection is closed; `None` if it is not closed.
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.session.close_reason()
    }

    /// The last event ID of the received messages; empty if they had none. The browser sends it as
    /// [`Last-Event-ID`] when it reconnects.
    ///
    /// The browser's `EventSource` keeps this ID internally and shows it only on messages with a listener. If
    /// the server puts an ID on other events, the browser sends a newer ID than this one. Over `fetch()` this
    /// is the ID that is sent.
    ///
    /// [`Last-Event-ID`]: https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header
    pub fn last_event_id(&self) -> String {
        self.session.last_event_id()
    }

    /// The newest response of the server, for its headers. After [`Error::Status`](crate::Error::Status) or
    /// [`Error::ContentType`](crate::Error::ContentType) its body can be read, too, until the program closes
    /// or drops the connection. `None` before the first response, and over the browser's `EventSource`.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use futures_util::StreamExt;
    /// use wasm_bindgen_futures::JsFuture;
    /// use wasm_eventsource::{Error, EventSource};
    ///
    /// let mut reply = EventSource::fetch("/reply").stream()?;
    /// if let Some(Err(Error::Status { status, .. })) = reply.next().await
    ///     && let Some(answer) = reply.connection().response()
    ///     && let Ok(text) = answer.text()
    /// {
    ///     let text = JsFuture::from(text).await.ok().and_then(|text| text.as_string());
    ///     println!("{status}: {text:?}"); // 429: Some("{\"error\":\"too many requests\"}")
    /// }
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "fetch")]
    pub fn response(&self) -> Option<web_sys::Response> {
        self.session.connector()?.response()
    }

    /// Closes the connection for good, in any state. A stream still yields earlier messages, then ends
    /// without an error. Closing twice does nothing.
    pub fn close(&self) {
        self.session.close_by_program();
    }

    /// Resumes after this last event ID, if no request has been sent and the connection is over `fetch()`.
    #[cfg(any(feature = "yew", feature = "leptos"))]
    pub(crate) fn resume_after(&self, last_event_id: &str) {
        if let Some(connector) = self.session.connector()
            && connector.may_resume()
        {
            self.session.remember(last_event_id);
        }
    }

    /// A handle that closes this connection and can be kept anywhere.
    pub fn close_handle(&self) -> CloseHandle {
        CloseHandle {
            session: Rc::downgrade(&self.session),
        }
    }

    /// Calls back with the decoded data of each event of this type from now on. The call is made in the
    /// browser's event dispatch, without a task or a queue (over `fetch()`: when the event is read). Data
    /// that does not fit `T` comes as a [`DecodeError`], which holds the message.
    ///
    /// A JavaScript exception that the callback throws is reported as uncaught, and the callback is called
    /// again for the next event. Wasm does not unwind: a `RefCell` that the callback had borrowed at that
    /// moment stays borrowed.
    ///
    /// The callback is removed when the [`Listener`] is dropped. On a closed connection it is never called.
    ///
    /// # Errors
    ///
    /// [`OpenError::InvalidEventName`] for a name that no server can send.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), wasm_eventsource::OpenError> {
    /// use wasm_eventsource::{DecodeError, EventSource};
    ///
    /// let connection = EventSource::new("/time").open()?;
    /// let listener = connection.on("test", |time: Result<u64, DecodeError>| println!("{time:?}"))?;
    /// drop(listener); // no further call, the connection stays open
    /// # Ok(()) }
    /// ```
    pub fn on<T: DeserializeOwned>(
        &self,
        event_type: impl Into<Arc<str>>,
        mut callback: impl FnMut(Result<T, DecodeError>) + 'static,
    ) -> Result<Listener, OpenError> {
        self.on_frame(event_type, move |frame| callback(frame.json()))
    }

    /// Calls back as [`on`](Self::on) does, with the message: for event type and last event ID, for data that
    /// is not JSON, and for payloads that [borrow](Frame::json) from it.
    ///
    /// # Errors
    ///
    /// As [`on`](Self::on).
    pub fn on_frame(
        &self,
        event_type: impl Into<Arc<str>>,
        callback: impl FnMut(&Frame<'_>) + 'static,
    ) -> Result<Listener, OpenError> {
        self.session.on(event_type.into(), Box::new(callback))
    }

    /// Calls back at each change of the state from now on, until the [`Listener`] is dropped. The last call
    /// brings [`State::Closed`]; dropping the connection makes no call.
    pub fn on_state(&self, callback: impl FnMut(&State) + 'static) -> Listener {
        self.session.observe(Box::new(callback))
    }
}

impl Clone for Connection {
    /// Another handle of the same connection.
    fn clone(&self) -> Self {
        self.session.share();
        Connection::new(Rc::clone(&self.session))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.session.remove_handle();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("url", &self.url())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// Closes a connection from elsewhere: a button's handler, a component's clean-up.
///
/// It is cheap to clone. It does not keep the connection open, and dropping it closes nothing.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let events = wasm_eventsource::EventSource::new("/sse").stream()?;
/// let stop = events.close_handle();
/// let on_click = move || stop.close(); // ends the stream
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct CloseHandle {
    session: Weak<Session>,
}

impl CloseHandle {
    /// Closes the connection, as [`Connection::close`] does. Does nothing if it is closed or gone.
    pub fn close(&self) {
        if let Some(session) = self.session.upgrade() {
            session.close_by_program();
        }
    }

    /// Whether the connection is closed or gone.
    pub fn is_closed(&self) -> bool {
        self.session
            .upgrade()
            .is_none_or(|session| session.is_closed())
    }
}

impl fmt::Debug for CloseHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloseHandle")
            .field("is_closed", &self.is_closed())
            .finish()
    }
}
