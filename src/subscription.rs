//! A [`Subscription`] for each event name, and a [`Subscriber`] for each stream.

use std::{
    cell::{Cell, RefCell},
    mem,
    rc::Rc,
    slice,
    sync::Arc,
    task::Waker,
};

use crate::{
    buffer::{Item, Limit, Queue, Urgency},
    callback::Callbacks,
    error::OpenError,
    message::Frame,
};

pub(crate) type MessageCallback = dyn FnMut(&Frame<'_>);

/// The session's side of a stream: its queue, and the waker of its task.
pub(crate) struct Subscriber {
    queue: RefCell<Queue>,
    waker: RefCell<Option<Waker>>,
    /// Whether a connector with backpressure reads ahead for it.
    #[cfg_attr(not(feature = "fetch"), expect(dead_code))]
    pub reads_ahead: bool,
    /// Whether it was polled and waits for an item. The stream sets it; an item for its queue, or a chunk that
    /// it is offered, resets it.
    pub asks: Cell<bool>,
}

impl Subscriber {
    pub fn new(limit: Option<Limit>) -> Rc<Self> {
        Rc::new(Subscriber {
            queue: RefCell::new(Queue::new(limit)),
            waker: RefCell::default(),
            reads_ahead: limit.is_some(),
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
            // Dropped after the borrow has ended: a waker may own its task, whose destructor may call the
            // subscriber.
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

/// A pointer to [`push_copies`], which a connection that cannot have a second stream does not link.
pub(crate) type PushCopies = fn(&[Rc<Subscriber>], &Item) -> Option<Urgency>;

/// Enqueues a copy of the item for each of these streams.
pub(crate) fn push_copies(subscribers: &[Rc<Subscriber>], item: &Item) -> Option<Urgency> {
    let mut urgency = None;
    for subscriber in subscribers {
        urgency = urgency.max(subscriber.push(item.clone()));
    }
    urgency
}

/// A list of streams. It is not borrowed while code of the program runs.
#[derive(Default)]
pub(crate) struct Subscribers(RefCell<Vec<Rc<Subscriber>>>);

impl Subscribers {
    pub fn add(&self, subscriber: &Rc<Subscriber>) {
        let mut subscribers = self.0.borrow_mut();
        if !subscribers
            .iter()
            .any(|other| Rc::ptr_eq(other, subscriber))
        {
            subscribers.push(Rc::clone(subscriber));
        }
    }

    pub fn remove(&self, subscriber: &Rc<Subscriber>) {
        self.0
            .borrow_mut()
            .retain(|other| !Rc::ptr_eq(other, subscriber));
    }

    pub fn clear(&self) {
        drop(self.0.take());
    }

    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    #[cfg(any(feature = "fetch", test))]
    pub fn borrow(&self) -> std::cell::Ref<'_, Vec<Rc<Subscriber>>> {
        self.0.borrow()
    }

    /// Enqueues the item for each stream, and returns when to wake them. The last stream takes the item, the
    /// others copies.
    pub fn push(&self, item: Item, copies: Option<PushCopies>) -> Option<Urgency> {
        let subscribers = self.0.borrow();
        let (last, others) = subscribers.split_last()?;
        let copied = copies.and_then(|push_copies| push_copies(others, &item));
        copied.max(last.push(item))
    }

    /// Wakes every reader. Wakers run code of the program, which may remove streams from the list. The loop
    /// runs from the end to the start, so that a removal skips no stream.
    pub fn wake(&self) {
        let mut rest = self.0.borrow().len();
        while rest > 0 {
            rest -= 1;
            let subscriber = self.0.borrow().get(rest).cloned();
            if let Some(subscriber) = subscriber {
                subscriber.wake();
            }
        }
    }
}

/// An event name, with its streams and callbacks.
pub(crate) struct Subscription {
    pub name: Arc<str>,
    pub subscribers: Subscribers,
    pub callbacks: Callbacks<MessageCallback>,
}

impl Subscription {
    pub fn new(name: Arc<str>) -> Rc<Self> {
        Rc::new(Subscription {
            name,
            subscribers: Subscribers::default(),
            callbacks: Callbacks::default(),
        })
    }

    pub fn has_listeners(&self) -> bool {
        !self.subscribers.is_empty() || !self.callbacks.is_empty()
    }
}

/// Rejects an event name that no server can send.
pub(crate) fn check_name(name: &str) -> Result<(), OpenError> {
    if name.is_empty() || name.bytes().any(|byte| matches!(byte, b'\n' | b'\r')) {
        return Err(OpenError::InvalidEventName { name: name.into() });
    }
    Ok(())
}

/// The subscriptions of a connection, each name once. They are sorted by length, then by name: a sorted list
/// is half the code of a map, and finds one of a thousand names in ten steps, most of which compare lengths
/// only.
#[derive(Default)]
pub(crate) struct Subscriptions(Vec<Rc<Subscription>>);

impl Subscriptions {
    pub fn get(&self, name: &str) -> Option<&Rc<Subscription>> {
        self.0.get(self.place(name).ok()?)
    }

    pub fn add(&mut self, subscription: &Rc<Subscription>) {
        if let Err(at) = self.place(&subscription.name) {
            // `Vec::insert`, with the panic that it may print, makes an app with one stream 1,092 bytes larger
            // (`bench/examples/size_stream.rs`, before compression).
            let mut last = Rc::clone(subscription);
            for later in self.0.iter_mut().skip(at) {
                mem::swap(later, &mut last);
            }
            self.0.push(last);
        }
    }

    /// Removes the subscription, and returns whether it was there.
    pub fn remove(&mut self, subscription: &Rc<Subscription>) -> bool {
        let before = self.0.len();
        self.0.retain(|other| !Rc::ptr_eq(other, subscription));
        self.0.len() < before
    }

    #[cfg(feature = "fetch")]
    pub fn have_callbacks(&self) -> bool {
        self.0.iter().any(|known| !known.callbacks.is_empty())
    }

    pub fn iter(&self) -> slice::Iter<'_, Rc<Subscription>> {
        self.0.iter()
    }

    pub fn all(&self) -> Vec<Rc<Subscription>> {
        self.0.clone()
    }

    /// The index of the name, or the index at which to insert it.
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
            subscriptions.add(&Subscription::new(name.into()));
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
