//! The browser's [`EventSource`] as a connector: the default.
//!
//! It is one attempt, inside of which the browser reconnects.
//!
//! [`EventSource`]: https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    sync::Arc,
};

use gloo_events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::{Event, EventSource, EventTarget};

use crate::{
    error::{Error, OpenError},
    message::Message,
    session::{Connector, Session},
    subscription::Subscription,
    sys::{self, PAGE_HIDE, StringEvent},
};
use throttle::WakeThrottle;

mod throttle;

/// The events of the connection itself, which always have a listener. Servers may send events of these names,
/// too.
const CONNECTION_EVENTS: [&str; 2] = ["open", "error"];

/// The type of [`open`].
pub(crate) type Open = fn(&Rc<Session>, bool) -> Result<(), OpenError>;

/// Opens the browser's `EventSource` for a session, unless the session is closed.
pub(crate) fn open(session: &Rc<Session>, with_credentials: bool) -> Result<(), OpenError> {
    OpenError::require_browser(session.url())?;
    if session.is_closed() {
        return Ok(());
    }
    let source = sys::new_event_source(session.url(), with_credentials).map_err(|thrown| {
        let invalid_url = sys::property(&thrown, "name").as_deref() == Some("SyntaxError");
        OpenError::thrown(session.url(), &thrown, "EventSource", invalid_url)
    })?;
    let receiver = Rc::new(Receiver {
        session: Rc::downgrade(session),
        source: source.clone(),
        texts: RefCell::default(),
        throttle: WakeThrottle::new(Rc::downgrade(session)),
        is_unloaded: Cell::default(),
    });
    let listen = |target: &EventTarget, name: &'static str| {
        let receiver = Rc::clone(&receiver);
        EventListener::new(target, name, move |event| {
            receiver.connection_event(name, event);
        })
    };
    let mut connection = Vec::from(CONNECTION_EVENTS.map(|name| listen(&source, name)));
    connection.extend(sys::event_target().map(|page| listen(&page, PAGE_HIDE)));
    session.attach(Rc::new(Native {
        receiver,
        connection: RefCell::new(connection),
        messages: RefCell::default(),
    }));
    Ok(())
}

/// Receives the browser's events. It does not keep the session alive, so that dropping the connection closes
/// it.
struct Receiver {
    session: Weak<Session>,
    source: EventSource,
    texts: RefCell<Texts>,
    throttle: Rc<WakeThrottle>,
    is_unloaded: Cell<bool>,
}

/// Texts that most messages of a response share, read when they change.
#[derive(Default)]
struct Texts {
    /// Read once per response, because it cannot change in between. Whether the data are strings is checked
    /// at the same time.
    origin: Option<Arc<str>>,
    last_event_id: Arc<str>,
    /// The last event ID as a JavaScript string.
    known_id: JsValue,
}

impl Receiver {
    /// `pagehide`, one of the [`CONNECTION_EVENTS`], or a server's event of the same name: that is a `MessageEvent`,
    /// the connection's own are not.
    fn connection_event(&self, name: &str, event: &Event) {
        let Some(session) = self.session.upgrade() else {
            return;
        };
        if sys::is_message(event) {
            if let Some(subscription) = session.named(name) {
                self.message(&session, &subscription, event);
            }
            return;
        }
        match (name, self.source.ready_state()) {
            (PAGE_HIDE, _) => self.is_unloaded.set(sys::unloads(event)),
            ("open", _) => {
                self.texts.borrow_mut().origin = None;
                session.opened();
            }
            _ if self.is_unloaded.get() => {}
            (_, EventSource::CONNECTING) => {
                session.lost();
            }
            (_, EventSource::CLOSED) => session.fail(Error::Failed {
                url: session.url().to_owned(),
                was_open: session.was_open(),
            }),
            // An `error` event that leaves the connection open is ignored.
            _ => {}
        }
    }

    fn message(&self, session: &Session, subscription: &Subscription, event: &Event) {
        let event = StringEvent::of(event);
        let (Some(origin), Some(data)) = (self.origin(event), event.data()) else {
            return;
        };
        let (name, id) = (Arc::clone(&subscription.name), self.last_event_id(event));
        session.deliver(subscription, Message::shared(name, data, id, origin));
    }

    /// The origin of the messages of this response; `None` if the event is not from an `EventSource`. Nothing
    /// is borrowed while JavaScript runs, because a page may have replaced the getters by ones that throw.
    fn origin(&self, event: &StringEvent) -> Option<Arc<str>> {
        let known = self.texts.borrow().origin.clone();
        known.or_else(|| {
            let origin: Arc<str> = event
                .has_text()
                .then(|| event.origin())?
                .unwrap_or_default()
                .into();
            self.texts.borrow_mut().origin = Some(Arc::clone(&origin));
            Some(origin)
        })
    }

    fn last_event_id(&self, event: &StringEvent) -> Arc<str> {
        let id = event.last_event_id();
        let mut texts = self.texts.borrow_mut();
        if texts.known_id != id {
            texts.last_event_id = id.as_string().unwrap_or_default().into();
            texts.known_id = id;
        }
        Arc::clone(&texts.last_event_id)
    }
}

/// The `EventSource` and its listeners, one per name.
struct Native {
    receiver: Rc<Receiver>,
    connection: RefCell<Vec<EventListener>>,
    messages: RefCell<Vec<(Rc<Subscription>, EventListener)>>,
}

impl Connector for Native {
    fn listen(&self, subscription: &Rc<Subscription>) {
        if CONNECTION_EVENTS.contains(&&*subscription.name) {
            return;
        }
        let (receiver, heard) = (Rc::clone(&self.receiver), Rc::clone(subscription));
        let name = subscription.name.to_string();
        let listener = EventListener::new(&self.receiver.source, name, move |event| {
            if let Some(session) = receiver.session.upgrade() {
                receiver.message(&session, &heard, event);
            }
        });
        self.messages
            .borrow_mut()
            .push((Rc::clone(subscription), listener));
    }

    fn unlisten(&self, name: &str) {
        let mut messages = self.messages.borrow_mut();
        let at = messages.iter().position(|(heard, _)| *heard.name == *name);
        let removed = at.map(|at| messages.swap_remove(at));
        drop(messages);
        drop(removed);
    }

    fn shut(&self) {
        self.receiver.source.close();
        self.receiver.throttle.stop();
        drop((self.connection.take(), self.messages.take()));
    }

    fn defers_wake(&self) -> bool {
        self.receiver.throttle.defers()
    }
}
