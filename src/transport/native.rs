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
    Lifecycle, Message, OpenError,
    buffer::Inbox,
    close::Verdict,
    session::{Session, Topic},
    sys,
};

/// Opens the browser's `EventSource` for a session. With an inbox, what comes is kept for a stream.
pub(crate) fn open(
    session: &Rc<Session>,
    with_credentials: bool,
    inbox: Option<Rc<RefCell<Inbox>>>,
) -> Result<(), OpenError> {
    let source = sys::new_event_source(session.url(), with_credentials)?;
    let port = Rc::new(Port {
        session: Rc::downgrade(session),
        source: source.clone(),
        origin: RefCell::default(),
        inbox,
        burst: Burst::new(Rc::downgrade(session)),
    });
    let connection = ["open", "error"].map(|name| {
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
    Ok(())
}

/// The stream's end of the inbox.
pub(crate) struct Native(pub Rc<RefCell<Inbox>>);

impl Transport for Native {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<FeedItem<'_>> {
        self.0.borrow_mut().pop().map_or(Poll::Pending, Poll::Ready)
    }
}

/// Where the browser's events come in. It does not keep the session alive: who drops the
/// connection closes it.
struct Port {
    session: Weak<Session>,
    source: EventSource,
    /// Asked once a response: it cannot change in between.
    origin: RefCell<Option<Arc<str>>>,
    inbox: Option<Rc<RefCell<Inbox>>>,
    burst: Rc<Burst>,
}

impl Port {
    /// An event of the name `open` or `error`. Servers may send events of these names too: those
    /// are `MessageEvent`s, the connection's own are not.
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
        let item = match (name, self.source.ready_state()) {
            ("open", _) => {
                self.origin.take();
                session.opened()
            }
            (_, EventSource::CONNECTING) => session.lost(),
            (_, EventSource::CLOSED) => {
                session.failed();
                None
            }
            // An error that leaves the connection open is none.
            _ => None,
        };
        if let Some(item) = item {
            self.push(&session, item);
        }
    }

    fn message(&self, session: &Session, topic: &Topic, event: &Event) {
        let Some(data) = sys::data(event) else { return };
        let id = sys::last_event_id(event).unwrap_or_default();
        let frame = Message::shared(Arc::clone(&topic.name), data, id, self.origin(event));
        let verdict = session.received(topic, &frame);
        if topic.streamed && verdict != Verdict::Mark {
            self.push(session, Lifecycle::Message(frame));
        }
    }

    fn push(&self, session: &Session, item: Lifecycle<Message>) {
        let Some(inbox) = &self.inbox else { return };
        let may_wait = {
            let mut inbox = inbox.borrow_mut();
            // What waits in a bounded buffer may be dropped: the reader is to come for each.
            let may_wait = matches!(item, Lifecycle::Message(_)) && !inbox.is_bounded();
            inbox.push(item);
            may_wait
        };
        if may_wait {
            self.burst.message(session);
        } else {
            session.wake();
        }
    }

    fn origin(&self, event: &Event) -> Arc<str> {
        let mut origin = self.origin.borrow_mut();
        let known = origin.get_or_insert_with(|| sys::origin(event).unwrap_or_default().into());
        Arc::clone(known)
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
        // These two names are listened for already.
        if matches!(&*topic.name, "open" | "error") {
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
