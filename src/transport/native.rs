//! The browser's own [`EventSource`] as a transport: the default.
//!
//! The browser pushes, so messages wait in an [`Inbox`] between its callbacks and the stream.
//!
//! [`EventSource`]: https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll},
};

use gloo_events::EventListener;
use web_sys::{Event, EventSource};

use super::{FeedItem, Link, Transport, burst::Burst};
use crate::{
    Connection, Error, Lifecycle, Message, OpenError,
    buffer::{Inbox, Urgency},
    session::Session,
    sys,
    topic::Topic,
};

/// The events that are the connection's own. They are listened for as long as it lives; servers may
/// send events of these names too.
const CONNECTION_EVENTS: [&str; 2] = ["open", "error"];

/// Opens a connection: [`open`].
pub(crate) type Open =
    fn(Rc<Session>, bool, Inbox) -> Result<(Connection, Box<dyn Transport>), OpenError>;

/// Opens the browser's `EventSource` for a session. What is for a stream is kept in the inbox.
pub(crate) fn open(
    session: Rc<Session>,
    with_credentials: bool,
    inbox: Inbox,
) -> Result<(Connection, Box<dyn Transport>), OpenError> {
    let inbox = Rc::new(RefCell::new(inbox));
    let source = sys::new_event_source(session.url(), with_credentials)?;
    let port = Rc::new(Port {
        session: Rc::downgrade(&session),
        source: source.clone(),
        origin: RefCell::default(),
        inbox: Rc::clone(&inbox),
        burst: Burst::new(Rc::downgrade(&session)),
    });
    let connection = CONNECTION_EVENTS.map(|name| {
        let port = Rc::clone(&port);
        EventListener::new(&source, name, move |event| {
            port.connection_event(name, event)
        })
    });
    session.attach(Rc::new(NativeLink {
        port,
        connection: RefCell::new(Some(connection)),
        messages: RefCell::default(),
    }));
    Ok((Connection::new(session), Box::new(Native(inbox))))
}

/// The stream's end of the inbox.
pub(crate) struct Native(Rc<RefCell<Inbox>>);

impl Transport for Native {
    fn poll_next<'a>(&'a mut self, _: &Session, _: &mut Context<'_>) -> Poll<FeedItem<'a>> {
        let item = self.0.borrow_mut().pop();
        item.map_or(Poll::Pending, |item| Poll::Ready(item.into()))
    }

    fn keep_lifecycle(&mut self) {
        self.0.borrow_mut().keep_lifecycle();
    }
}

/// Where the browser's events come in. It does not keep the session alive: who drops the
/// connection closes it.
struct Port {
    session: Weak<Session>,
    source: EventSource,
    /// Asked once a response: it cannot change in between. So is whether the data are strings.
    origin: RefCell<Option<Arc<str>>>,
    inbox: Rc<RefCell<Inbox>>,
    burst: Rc<Burst>,
}

impl Port {
    /// One of the [`CONNECTION_EVENTS`], or a server's event of the same name: that is a
    /// `MessageEvent`, the connection's own are not.
    fn connection_event(&self, name: &str, event: &Event) {
        let Some(session) = self.session.upgrade() else {
            return;
        };
        if sys::is_message(event) {
            if let Some(topic) = session.topic(name) {
                self.message(&session, &topic, event);
            }
            return;
        }
        let keep = |item| self.keep(&session, item);
        match (name, self.source.ready_state()) {
            ("open", _) => {
                self.origin.take();
                session.opened(keep);
            }
            (_, EventSource::CONNECTING) => session.lost(keep),
            (_, EventSource::CLOSED) => session.failed(Error::Failed {
                url: session.url().to_owned(),
                was_open: session.was_open(),
            }),
            // An error that leaves the connection open is none.
            _ => {}
        }
    }

    fn message(&self, session: &Session, topic: &Topic, event: &Event) {
        let Some(origin) = self.origin(event) else {
            return;
        };
        let Some(data) = sys::data(event) else {
            return;
        };
        let id = sys::last_event_id(event).unwrap_or_default();
        let message = Message::shared(Arc::clone(&topic.name), data, id, origin);
        let arrival = session.received(Some(topic), &message);
        if !arrival.for_stream {
            session.announce(arrival, &message);
        } else if arrival.for_callbacks() {
            self.keep(session, Lifecycle::Message(message.kept()));
            session.announce(arrival, &message);
        } else {
            self.keep(session, Lifecycle::Message(message));
            session.tell();
        }
    }

    /// Keeps this for the stream, if there is one that wants it.
    fn keep(&self, session: &Session, item: Lifecycle<Message>) {
        let urgency = self.inbox.borrow_mut().push(item);
        match urgency {
            Some(Urgency::Burst) => self.burst.message(session),
            Some(Urgency::Now) => session.wake(),
            None => {}
        }
    }

    /// The origin of the messages of this response; `None` if the event is none of an
    /// `EventSource`.
    fn origin(&self, event: &Event) -> Option<Arc<str>> {
        let known = self.origin.borrow().clone();
        known.or_else(|| {
            // Nothing is borrowed here: a page may have put getters that throw in these places.
            let origin = sys::is_text(event).then(|| sys::origin(event).unwrap_or_default())?;
            let origin: Arc<str> = origin.into();
            self.origin.replace(Some(Arc::clone(&origin)));
            Some(origin)
        })
    }
}

/// The `EventSource` and its listeners, one a name.
struct NativeLink {
    port: Rc<Port>,
    connection: RefCell<Option<[EventListener; 2]>>,
    messages: RefCell<Vec<(Rc<Topic>, EventListener)>>,
}

impl Link for NativeLink {
    fn listen(&self, topic: &Rc<Topic>) {
        if CONNECTION_EVENTS.contains(&&*topic.name) {
            return;
        }
        let (port, heard) = (Rc::clone(&self.port), Rc::clone(topic));
        let listener =
            EventListener::new(&self.port.source, topic.name.to_string(), move |event| {
                if let Some(session) = port.session.upgrade() {
                    port.message(&session, &heard, event);
                }
            });
        self.messages
            .borrow_mut()
            .push((Rc::clone(topic), listener));
    }

    fn unlisten(&self, name: &str) {
        let mut messages = self.messages.borrow_mut();
        let at = messages.iter().position(|(topic, _)| *topic.name == *name);
        let removed = at.map(|at| messages.swap_remove(at));
        drop(messages);
        drop(removed);
    }

    fn shut(&self) {
        self.port.source.close();
        self.port.burst.stop();
        drop((self.connection.take(), self.messages.take()));
    }
}
