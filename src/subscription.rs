//! Who wants which messages: a [`Subscription`] for each event name, a [`Subscriber`] for each stream.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    task::Waker,
};

use crate::{
    buffer::{Buffer, Item, Queue, Urgency},
    callback::Callbacks,
    error::OpenError,
    message::Frame,
};

pub(crate) type MessageCallback = dyn FnMut(&Frame<'_>);

/// A stream, as the session sees it: where its items wait, and the task to wake for them.
pub(crate) struct Subscriber {
    queue: RefCell<Queue>,
    waker: RefCell<Option<Waker>>,
    /// Whether messages are read for it before it polls for them, where the connector has the choice.
    #[cfg_attr(not(feature = "fetch"), expect(dead_code))]
    pub reads_ahead: bool,
    /// Whether it has polled for more than there was.
    pub asks: Cell<bool>,
}

impl Subscriber {
    pub fn new(buffer: Option<Buffer>) -> Rc<Self> {
        Rc::new(Subscriber {
            queue: RefCell::new(Queue::new(buffer.unwrap_or_default())),
            waker: RefCell::default(),
            reads_ahead: buffer.is_some(),
            asks: Cell::default(),
        })
    }

    pub fn push(&self, item: Item) -> Option<Urgency> {
        let urgency = self.queue.borrow_mut().push(item)?;
        self.asks.set(false);
        Some(urgency)
    }

    pub fn pop(&self) -> Option<Item> {
        self.queue.borrow_mut().pop()
    }

    pub fn keep_lifecycle(&self) {
        self.queue.borrow_mut().keep_lifecycle();
    }

    /// Keeps the waker of the task that waits for the next item or the end.
    pub fn register(&self, waker: &Waker) {
        let known = self
            .waker
            .borrow()
            .as_ref()
            .is_some_and(|known| known.will_wake(waker));
        if !known {
            // Dropped with nothing borrowed: a waker may own its task, and that may come back here.
            let replaced = self.waker.replace(Some(waker.clone()));
            drop(replaced);
        }
    }

    pub fn wake(&self) {
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A list that is iterated over while it may change: the iteration goes over the list as it was.
#[derive(Clone, Default)]
pub(crate) struct Subscribers(Rc<Vec<Rc<Subscriber>>>);

impl Subscribers {
    pub fn add(&mut self, subscriber: &Rc<Subscriber>) {
        if !self.0.iter().any(|other| Rc::ptr_eq(other, subscriber)) {
            Rc::make_mut(&mut self.0).push(Rc::clone(subscriber));
        }
    }

    pub fn remove(&mut self, subscriber: &Rc<Subscriber>) {
        Rc::make_mut(&mut self.0).retain(|other| !Rc::ptr_eq(other, subscriber));
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rc<Subscriber>> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One event name: the streams and callbacks that want its messages.
pub(crate) struct Subscription {
    pub name: Arc<str>,
    pub subscribers: RefCell<Subscribers>,
    pub callbacks: Callbacks<MessageCallback>,
}

impl Subscription {
    pub fn new(name: Arc<str>, subscribers: Subscribers) -> Rc<Self> {
        Rc::new(Subscription {
            name,
            subscribers: RefCell::new(subscribers),
            callbacks: Callbacks::default(),
        })
    }

    #[cfg(feature = "fetch")]
    pub fn wants(&self, subscriber: &Subscriber) -> bool {
        let subscribers = self.subscribers.borrow();
        subscribers
            .iter()
            .any(|other| std::ptr::eq(&**other, subscriber))
    }

    pub fn has_listeners(&self) -> bool {
        !self.subscribers.borrow().is_empty() || !self.callbacks.is_empty()
    }
}

/// Rejects an event name that no server can send.
pub(crate) fn check_name(name: &str) -> Result<(), OpenError> {
    if name.is_empty() || name.bytes().any(|byte| matches!(byte, b'\n' | b'\r')) {
        return Err(OpenError::InvalidEventName {
            name: name.to_owned(),
        });
    }
    Ok(())
}

/// The subscriptions of a connection, each name once. They are sorted, the short names first: a sorted list
/// is half the code of a map, and finds one of a thousand names in ten steps, most of which compare
/// lengths only.
#[derive(Default)]
pub(crate) struct Subscriptions(Vec<Rc<Subscription>>);

impl Subscriptions {
    pub fn get(&self, name: &str) -> Option<&Rc<Subscription>> {
        self.0.get(self.place(name).ok()?)
    }

    pub fn add(&mut self, subscription: &Rc<Subscription>) {
        if let Err(at) = self.place(&subscription.name) {
            self.0.insert(at, Rc::clone(subscription));
        }
    }

    pub fn remove(&mut self, subscription: &Rc<Subscription>) {
        self.0.retain(|other| !Rc::ptr_eq(other, subscription));
    }

    #[cfg(feature = "fetch")]
    pub fn have_callbacks(&self) -> bool {
        self.0.iter().any(|known| !known.callbacks.is_empty())
    }

    pub fn all(&self) -> Vec<Rc<Subscription>> {
        self.0.clone()
    }

    /// Where the name is, or where it would have to be.
    fn place(&self, name: &str) -> Result<usize, usize> {
        let wanted = (name.len(), name);
        self.0
            .binary_search_by(|known| (known.name.len(), &*known.name).cmp(&wanted))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_found_once_whatever_the_order_in_which_it_came() {
        let mut subscriptions = Subscriptions::default();
        for name in ["tick", "close", "tick", "a", "message", "tick"] {
            subscriptions.add(&Subscription::new(name.into(), Subscribers::default()));
        }
        let all = subscriptions.all();
        let all: Vec<&str> = all.iter().map(|known| &*known.name).collect();
        assert_eq!(all, ["a", "tick", "close", "message"]);
        for name in all {
            assert_eq!(&*subscriptions.get(name).expect("it is there").name, name);
        }
        assert!(subscriptions.get("ticks").is_none());
    }

    #[test]
    fn a_name_is_not_empty_and_in_one_line() {
        for name in ["a", "two words", "é"] {
            assert_eq!(check_name(name), Ok(()));
        }
        for name in ["", "a\nb", "a\r"] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }
}
