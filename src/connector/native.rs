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

use wasm_bindgen::JsValue;
use web_sys::{Event, EventSource, EventTarget};

use crate::{
    error::{Error, OpenError},
    message::{MESSAGE, Message},
    session::{Connector, Session},
    subscription::Subscription,
    sys::{self, Listener, PAGE_HIDE, StringEvent, Tasks},
};
use throttle::WakeThrottle;

mod throttle;

/// The names of the connection's own events.
const OPEN: &str = "open";
const ERROR: &str = "error";

/// The type of [`open`].
pub(crate) type Open = fn(&Rc<Session>, Option<fn() -> JsValue>) -> Result<(), OpenError>;

/// Opens the browser's `EventSource` for a session, unless the session is closed.
pub(crate) fn open(
    session: &Rc<Session>,
    credentials: Option<fn() -> JsValue>,
) -> Result<(), OpenError> {
    OpenError::require_browser(session.url())?;
    if session.is_closed() {
        return Ok(());
    }
    let init = credentials.map_or(JsValue::UNDEFINED, |init| init());
    let source = sys::new_event_source(session.url(), &init)
        .map_err(|thrown| OpenError::thrown(session.url(), &thrown, "EventSource", false))?;
    let native = Rc::new(Native {
        session: Rc::downgrade(session),
        source,
        listeners: RefCell::default(),
        texts: Cell::default(),
        throttle: WakeThrottle::default(),
        is_unloaded: Cell::default(),
    });
    native.hear(&native.source, OPEN.into(), Heard::Open);
    native.hear(&native.source, ERROR.into(), Heard::Error);
    if let Some(page) = sys::event_target() {
        native.hear(&page, PAGE_HIDE.into(), Heard::PageHide);
    }
    session.attach(native);
    Ok(())
}

/// The `EventSource` and its listeners. It does not keep the session alive, so that dropping the connection
/// closes it; the listeners keep the `Native` alive until it is shut.
struct Native {
    session: Weak<Session>,
    source: EventSource,
    listeners: RefCell<Vec<Listener>>,
    /// Of the last message of this response.
    texts: Cell<Option<Texts>>,
    throttle: WakeThrottle,
    is_unloaded: Cell<bool>,
}

/// Whose event a listener hears. Servers may send events with the names `open` and `error`, too.
enum Heard {
    Open,
    Error,
    PageHide,
    Message(Rc<Subscription>),
    /// A task that was requested.
    Task,
}

/// Texts that most messages of a response share, read when they change.
struct Texts {
    /// It cannot change within a response.
    origin: Arc<str>,
    last_event_id: Arc<str>,
    /// The last event ID as a JavaScript string.
    known_id: JsValue,
}

impl Native {
    fn hear(self: &Rc<Self>, target: &EventTarget, name: Arc<str>, heard: Heard) {
        let listener = self.listener(target, name, heard);
        self.listeners.borrow_mut().extend(listener);
    }

    fn listener(
        self: &Rc<Self>,
        target: &EventTarget,
        name: Arc<str>,
        heard: Heard,
    ) -> Option<Listener> {
        let native = Rc::clone(self);
        Listener::new(target, name, move |event| native.heard(&heard, event))
    }

    fn heard(&self, heard: &Heard, event: &Event) {
        let Some(session) = self.session.upgrade() else {
            return;
        };
        let name = match heard {
            Heard::Message(subscription) => return self.message(&session, subscription, event),
            Heard::PageHide => return self.is_unloaded.set(sys::unloads(event)),
            Heard::Task => {
                if self.throttle.task() {
                    session.wake_readers();
                }
                return;
            }
            Heard::Open => OPEN,
            Heard::Error => ERROR,
        };
        if sys::is_message(event) {
            if let Some(subscription) = session.named(name) {
                self.message(&session, &subscription, event);
            }
            return;
        }
        match (heard, self.source.ready_state()) {
            (Heard::Open, _) => {
                self.texts.set(None);
                session.opened();
            }
            _ if self.is_unloaded.get() => {}
            (_, EventSource::CONNECTING) => session.lost(),
            (_, EventSource::CLOSED) => session.fail(Error::Failed {
                url: session.url().into(),
                was_open: session.was_open(),
            }),
            // An `error` event that leaves the connection open is ignored.
            _ => {}
        }
    }

    fn message(&self, session: &Session, subscription: &Subscription, event: &Event) {
        let event = StringEvent::of(event);
        let id = event.last_event_id();
        let texts = match self.texts.take() {
            Some(texts) if texts.known_id == id => texts,
            known => {
                let origin = match known {
                    Some(texts) => texts.origin,
                    // The first message of a response: a page may have replaced `EventSource` by something
                    // that dispatches other data.
                    None if !event.has_text() => return,
                    None => event.origin().unwrap_or_default().into(),
                };
                Texts {
                    origin,
                    last_event_id: id.as_string().unwrap_or_default().into(),
                    known_id: id,
                }
            }
        };
        let (name, data) = (Arc::clone(&subscription.name), event.data());
        let (id, origin) = (Arc::clone(&texts.last_event_id), Arc::clone(&texts.origin));
        // Only now, because the getters may be replaced, too, by ones that throw.
        self.texts.set(Some(texts));
        if let Some(data) = data {
            session.deliver(subscription, Message::shared(name, data, id, origin));
        }
    }
}

impl Connector for Native {
    fn listen(self: Rc<Self>, subscription: &Rc<Subscription>) {
        let name = Arc::clone(&subscription.name);
        if !matches!(&*name, OPEN | ERROR) {
            self.hear(&self.source, name, Heard::Message(Rc::clone(subscription)));
        }
    }

    fn unlisten(&self, name: &str) {
        if matches!(name, OPEN | ERROR) {
            return;
        }
        let mut listeners = self.listeners.borrow_mut();
        let at = listeners.iter().position(|heard| heard.name() == name);
        let removed = at.map(|at| listeners.swap_remove(at));
        drop(listeners);
        drop(removed);
    }

    fn shut(&self) {
        self.source.close();
        self.throttle.stop();
        drop(self.listeners.take());
    }

    fn defers_wake(self: Rc<Self>) -> bool {
        self.throttle
            .defers(|| Tasks::new(|port| self.listener(port, MESSAGE.into(), Heard::Task)))
    }
}
