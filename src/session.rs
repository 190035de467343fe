//! The decisions of a connection, the same for every connector: the close rule, the state, and the delivery
//! of messages.

#[cfg(feature = "fetch")]
use std::task::Poll;
use std::{
    any::Any,
    cell::{Cell, OnceCell, RefCell},
    rc::{Rc, Weak},
    sync::Arc,
    time::Duration,
};

use web_sys::AbortSignal;

use crate::{
    buffer::{Item, Urgency},
    callback::{Callback, Listener, Snapshot},
    close::{CloseReason, CloseRule, Verdict},
    error::{Error, OpenError},
    lifecycle::Lifecycle,
    message::{Frame, Message},
    state::{ReconnectCause, State, StateCell, StateObserver},
    subscription::{
        MessageCallback, PushCopies, Subscriber, Subscribers, Subscription, Subscriptions,
        check_name, push_copies,
    },
    sys,
};

/// The functions that only a connection with message callbacks needs. They are pointers, so that apps without
/// callbacks do not link them.
#[derive(Clone, Copy)]
struct Calling {
    call: fn(&Session, Snapshot<MessageCallback>, &Frame<'_>),
    clear: fn(&Session),
}

/// The code for connections with several streams, or none. Function pointers, so that an app with one stream
/// per connection does not link it.
#[derive(Clone, Copy)]
struct Sharing {
    push_copies: PushCopies,
    unsubscribe: fn(&Session, &Rc<Subscriber>),
    /// Reports a failure like an uncaught exception.
    report: fn(&Error),
}

/// The type of [`Session::deliver`].
#[cfg(feature = "fetch")]
pub(crate) type Deliver = fn(&Session, &Subscription, Frame<'_>) -> bool;

/// Enqueues a change of the connection.
type PushChange = fn(&Session, Lifecycle<Message>) -> Option<Urgency>;

pub(crate) struct Session {
    url: Box<str>,
    rule: CloseRule,
    state: StateCell,
    subscriptions: RefCell<Subscriptions>,
    /// The subscribers to messages of names that have no subscription.
    #[cfg(any(feature = "fetch", test))]
    other_names: Rc<Subscription>,
    /// Every stream.
    subscribers: Subscribers,
    last_event_id: RefCell<String>,
    was_open: Cell<bool>,
    connector: OnceCell<Rc<dyn Connector>>,
    /// Listeners for the `abort` of signals. Only apps with signals link what drops them.
    abort_listeners: RefCell<Vec<Box<dyn Any>>>,
    calling: Cell<Option<Calling>>,
    /// Set if messages may have to be enqueued or passed to callbacks: an app whose only stream reads the
    /// parser does not link it.
    #[cfg(feature = "fetch")]
    deliver: Cell<Option<Deliver>>,
    /// Set if a stream yields the changes of the connection.
    push_change: Cell<Option<PushChange>>,
    sharing: Cell<Option<Sharing>>,
    /// The number of handles that keep the connection open.
    handles: Cell<usize>,
    /// The last handle was dropped: no callback is called after that.
    abandoned: Cell<bool>,
    /// A message, or a chunk of them, is being delivered: readers are woken at its end.
    delivering: Cell<bool>,
    /// The subscription of the last event, which is often that of the next one.
    #[cfg(any(feature = "fetch", test))]
    last_subscription: RefCell<Option<Rc<Subscription>>>,
    #[cfg(feature = "fetch")]
    lends: Cell<bool>,
}

impl Session {
    /// Subscribes to the names of the close rule before the connection is opened, so that no message is missed.
    pub fn new(url: String, rule: CloseRule) -> Result<Rc<Self>, OpenError> {
        let session = Session {
            url: url.into(),
            rule,
            state: StateCell::default(),
            subscriptions: RefCell::default(),
            #[cfg(any(feature = "fetch", test))]
            other_names: Subscription::new(Arc::from("*")),
            subscribers: Subscribers::default(),
            last_event_id: RefCell::default(),
            was_open: Cell::default(),
            connector: OnceCell::new(),
            abort_listeners: RefCell::default(),
            calling: Cell::default(),
            #[cfg(feature = "fetch")]
            deliver: Cell::default(),
            push_change: Cell::default(),
            sharing: Cell::default(),
            handles: Cell::default(),
            abandoned: Cell::default(),
            delivering: Cell::default(),
            #[cfg(any(feature = "fetch", test))]
            last_subscription: RefCell::default(),
            #[cfg(feature = "fetch")]
            lends: Cell::default(),
        };
        for name in session.rule.listens_for() {
            check_name(name)?;
            session.subscribe_to(name);
        }
        Ok(Rc::new(session))
    }

    /// Takes the connector, which delivers messages from now on.
    pub fn attach(&self, connector: Rc<dyn Connector>) {
        for subscription in self.subscriptions.borrow().iter() {
            Rc::clone(&connector).listen(subscription);
        }
        let _ = self.connector.set(connector);
    }

    pub fn connector(&self) -> Option<&Rc<dyn Connector>> {
        self.connector.get()
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn last_event_id(&self) -> String {
        self.last_event_id.borrow().clone()
    }

    pub fn was_open(&self) -> bool {
        self.was_open.get()
    }

    pub fn state(&self) -> State {
        self.state.get()
    }

    #[cfg(feature = "fetch")]
    pub fn with_state<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.state.with(look)
    }

    pub fn is_closed(&self) -> bool {
        self.state.is_closed()
    }

    /// Whether the streams get no more items: the connection is closed, and no message is being delivered.
    pub fn is_over(&self) -> bool {
        self.is_closed() && !self.delivering.get()
    }

    pub fn close_reason(&self) -> Option<CloseReason> {
        self.state.with(|state| match state {
            State::Closed(reason) => Some(reason.clone()),
            _ => None,
        })
    }

    /// The error with which the connection failed for good.
    pub fn failure(&self) -> Option<Error> {
        self.state.with(|state| match state {
            State::Closed(CloseReason::Failed(error)) => Some(error.clone()),
            _ => None,
        })
    }

    // Subscriptions.

    pub fn subscribe(
        &self,
        names: &[Arc<str>],
        subscriber: &Rc<Subscriber>,
    ) -> Result<(), OpenError> {
        names.iter().try_for_each(|name| check_name(name))?;
        self.subscribers.add(subscriber);
        // After the end, what may still be read is for the streams that were there.
        if !self.is_closed() {
            for name in names {
                self.subscribe_to(name).subscribers.add(subscriber);
            }
        }
        self.demand_changed();
        Ok(())
    }

    /// Subscribes a stream to the messages of every name, too.
    #[cfg(feature = "fetch")]
    pub fn subscribe_to_all(&self, subscriber: &Rc<Subscriber>) {
        if !self.is_closed() {
            self.other_names.subscribers.add(subscriber);
            for subscription in self.subscriptions.borrow().iter() {
                subscription.subscribers.add(subscriber);
            }
        }
    }

    /// Removes a dropped stream. A connection that is not shared is closed next.
    pub fn unsubscribe(&self, subscriber: &Rc<Subscriber>) {
        if let Some(sharing) = self.sharing.get() {
            (sharing.unsubscribe)(self, subscriber);
        }
    }

    fn remove_subscriber(&self, subscriber: &Rc<Subscriber>) {
        self.subscribers.remove(subscriber);
        #[cfg(any(feature = "fetch", test))]
        self.other_names.subscribers.remove(subscriber);
        let subscriptions = self.subscriptions.borrow().all();
        for subscription in subscriptions {
            subscription.subscribers.remove(subscriber);
            self.leave(&subscription);
        }
        self.demand_changed();
    }

    pub fn on(
        self: &Rc<Self>,
        name: Arc<str>,
        callback: Box<MessageCallback>,
    ) -> Result<Listener, OpenError> {
        check_name(&name)?;
        if self.is_closed() {
            return Ok(Listener::idle());
        }
        let (subscription, callback) = self.add_callback(name, callback)?;
        Ok(self.listener(move |session| {
            subscription.callbacks.remove(&callback);
            session.leave(&subscription);
            session.demand_changed();
        }))
    }

    /// Adds a callback that stays until the end.
    pub fn add_callback(
        &self,
        name: Arc<str>,
        callback: Box<MessageCallback>,
    ) -> Result<(Rc<Subscription>, Weak<Callback<MessageCallback>>), OpenError> {
        #[cfg(feature = "fetch")]
        self.enqueue_messages();
        self.calling.set(Some(Calling {
            call: Session::call_back,
            clear: Session::clear_callbacks,
        }));
        check_name(&name)?;
        let subscription = self.subscribe_to(&name);
        let callback = subscription.callbacks.add(callback);
        self.demand_changed();
        Ok((subscription, callback))
    }

    fn call_back(&self, callbacks: Snapshot<MessageCallback>, frame: &Frame<'_>) {
        callbacks.each(|callback| {
            if !self.is_abandoned() {
                callback(frame);
            }
        });
    }

    fn clear_callbacks(&self) {
        let subscriptions = self.subscriptions.borrow().all();
        for subscription in subscriptions {
            subscription.callbacks.clear();
        }
    }

    pub fn add_observer(&self, observer: Box<StateObserver>) -> Weak<Callback<StateObserver>> {
        self.state.observe(observer)
    }

    pub fn observe(self: &Rc<Self>, observer: Box<StateObserver>) -> Listener {
        if self.is_closed() {
            return Listener::idle();
        }
        let observer = self.add_observer(observer);
        self.listener(move |session| session.state.remove(&observer))
    }

    fn listener(self: &Rc<Self>, remove: impl FnOnce(&Session) + 'static) -> Listener {
        let session = Rc::downgrade(self);
        Listener::new(move || {
            if let Some(session) = session.upgrade() {
                remove(&session);
            }
        })
    }

    /// The subscription of this name. If it is new, the connector listens for the name from now on.
    fn subscribe_to(&self, name: &Arc<str>) -> Rc<Subscription> {
        if let Some(known) = self.named(name) {
            return known;
        }
        let subscription = Subscription::new(Arc::clone(name));
        #[cfg(any(feature = "fetch", test))]
        for subscriber in self.other_names.subscribers.borrow().iter() {
            subscription.subscribers.add(subscriber);
        }
        self.subscriptions.borrow_mut().add(&subscription);
        if let Some(connector) = self.connector.get()
            && !self.is_closed()
        {
            Rc::clone(connector).listen(&subscription);
        }
        subscription
    }

    /// Stops listening for a name without streams, callbacks or a close rule.
    fn leave(&self, subscription: &Rc<Subscription>) {
        if subscription.has_listeners() || self.rule.listens_for().contains(&subscription.name) {
            return;
        }
        let was_there = self.subscriptions.borrow_mut().remove(subscription);
        #[cfg(any(feature = "fetch", test))]
        self.last_subscription.take();
        if let Some(connector) = self.connector.get()
            && was_there
            && !self.is_closed()
        {
            connector.unlisten(&subscription.name);
        }
    }

    pub fn named(&self, name: &str) -> Option<Rc<Subscription>> {
        self.subscriptions.borrow().get(name).cloned()
    }

    /// The subscription of this name, or that of all other names.
    #[cfg(any(feature = "fetch", test))]
    pub fn subscription(&self, name: &str) -> Rc<Subscription> {
        if let Some(last) = &*self.last_subscription.borrow()
            && *last.name == *name
        {
            return Rc::clone(last);
        }
        let named = self.named(name);
        self.last_subscription.replace(named.clone());
        named.unwrap_or_else(|| Rc::clone(&self.other_names))
    }

    /// Whether the subscription is that of one name.
    #[cfg(feature = "fetch")]
    pub fn is_named(&self, subscription: &Rc<Subscription>) -> bool {
        !Rc::ptr_eq(subscription, &self.other_names)
    }

    fn demand_changed(&self) {
        #[cfg(feature = "fetch")]
        self.lends.set(self.may_lend());
        if let Some(connector) = self.connector.get() {
            connector.demand_changed();
        }
    }

    /// Whether the connector should read more: for a stream that asks or reads ahead, or for callbacks on a
    /// connection without a stream.
    #[cfg(feature = "fetch")]
    pub fn wants_more(&self) -> bool {
        let subscribers = self.subscribers.borrow();
        subscribers.is_empty()
            || subscribers
                .iter()
                .any(|reader| reader.reads_ahead || reader.asks.get())
    }

    /// Whether the last handle was dropped.
    pub fn is_abandoned(&self) -> bool {
        self.abandoned.get()
    }

    #[cfg(feature = "fetch")]
    pub fn has_streams(&self) -> bool {
        !self.subscribers.is_empty()
    }

    /// Whether a stream may read frames straight from the parser: it is the only stream, without a buffer,
    /// and no callback listens.
    #[cfg(feature = "fetch")]
    pub fn lends(&self) -> bool {
        self.lends.get()
    }

    #[cfg(feature = "fetch")]
    fn may_lend(&self) -> bool {
        let subscribers = self.subscribers.borrow();
        matches!(&subscribers[..], [reader] if !reader.reads_ahead)
            && !self.subscriptions.borrow().have_callbacks()
    }

    /// Wakes the stream that reads the parser: a chunk has arrived.
    #[cfg(feature = "fetch")]
    pub fn offer_chunk(&self) {
        for reader in self.subscribers.borrow().iter() {
            reader.asks.set(false);
        }
        self.wake(&self.subscribers, Some(Urgency::Now));
    }

    // Reports of the connector.

    /// Delivers a message: the close rule first, so that no request can follow its end; then the queues of
    /// the streams, so that no callback can lose it; then callbacks, state observers and readers. (If a callback
    /// closes the connection, observers see that before the next callback sees the message.)
    ///
    /// If the program closes the connection in the middle of a chunk, the rest of the chunk goes to the
    /// streams only. Returns whether the message was the last one.
    pub fn deliver(&self, subscription: &Subscription, frame: Frame<'_>) -> bool {
        if self.is_over() {
            return true;
        }
        let nested = self.delivering.replace(true);
        let subscribers = &subscription.subscribers;
        // Taken before the rule is checked: a predicate may close the connection.
        let mut callbacks = subscription.callbacks.snapshot();
        if self.is_closed() {
            callbacks = None;
        }
        let verdict = self.admit(&frame);
        let mut urgency = None;
        if verdict != Verdict::Mark {
            let push = |frame: Frame<'_>| {
                self.push(subscribers, Ok(Lifecycle::Message(frame.into_owned())))
            };
            if let (Some(calling), Some(callbacks)) = (self.calling.get(), callbacks) {
                if !subscribers.is_empty() {
                    urgency = push(frame.clone());
                }
                (calling.call)(self, callbacks, &frame);
            } else if !subscribers.is_empty() {
                urgency = push(frame);
            }
        }
        self.delivering.set(nested);
        self.finish();
        self.wake(subscribers, urgency);
        verdict != Verdict::Continue
    }

    /// Judges a message and remembers its ID. If it meets the close rule, the connection is shut before
    /// anything else sees the message.
    ///
    /// A stream that reads the parser calls this for each frame; then the supervisor notifies observers of
    /// the end.
    pub fn admit(&self, frame: &Frame<'_>) -> Verdict {
        self.remember(frame.last_event_id());
        let verdict = self.rule.judge(frame);
        if verdict != Verdict::Continue && !self.is_closed() {
            self.end(CloseReason::Rule(frame.clone().into_owned()));
        }
        verdict
    }

    /// The last event ID that was dispatched.
    pub fn remember(&self, id: &str) {
        let mut last = self.last_event_id.borrow_mut();
        if *last != id {
            last.clear();
            last.push_str(id);
        }
    }

    /// Allows the connector to deliver messages itself.
    #[cfg(feature = "fetch")]
    pub fn enqueue_messages(&self) {
        self.deliver.set(Some(Session::deliver));
    }

    #[cfg(feature = "fetch")]
    pub fn deliverer(&self) -> Option<Deliver> {
        self.deliver.get()
    }

    /// Runs this as one delivery: readers are woken at its end.
    #[cfg(feature = "fetch")]
    pub fn deliver_chunk(&self, deliver: impl FnOnce()) {
        self.delivering.set(true);
        deliver();
        self.delivering.set(false);
        self.wake(&self.subscribers, Some(Urgency::Now));
    }

    /// Puts an error into the queue of each stream.
    #[cfg(feature = "fetch")]
    pub fn deliver_error(&self, error: Error) {
        if self.subscribers.is_empty()
            && let Some(sharing) = self.sharing.get()
        {
            (sharing.report)(&error);
        }
        self.push(&self.subscribers, Err(error));
    }

    /// The server answered with an event stream.
    pub fn opened(&self) {
        let known = |state: &State| matches!(state, State::Open | State::Closed(_));
        if self.state.with(known) {
            return;
        }
        let change = if self.was_open.replace(true) {
            Lifecycle::Resumed {
                last_event_id: self.last_event_id(),
            }
        } else {
            Lifecycle::Opened
        };
        self.change(State::Open, change);
    }

    /// The browser's `EventSource` lost the connection, or could not make it, and tries again.
    pub fn lost(&self) {
        let next = self.state.with(|state| match state {
            State::Open => Some((1, ReconnectCause::Disconnected)),
            State::Connecting => Some((1, ReconnectCause::Unreachable)),
            State::Reconnecting { attempt, .. } => {
                Some((attempt.saturating_add(1), ReconnectCause::Unreachable))
            }
            State::Closed(_) => None,
        });
        if let Some((attempt, cause)) = next {
            self.reconnecting(attempt, cause, None);
        }
    }

    /// Another attempt follows.
    pub fn reconnecting(&self, attempt: u32, cause: ReconnectCause, delay: Option<Duration>) {
        let state = State::Reconnecting {
            attempt,
            cause,
            delay,
        };
        let change = Lifecycle::Reconnecting {
            attempt,
            cause,
            delay,
        };
        self.change(state, change);
    }

    /// Enqueues changes of the connection from now on.
    pub fn push_changes(&self) {
        self.push_change.set(Some(|session, change| {
            session.push(&session.subscribers, Ok(change))
        }));
    }

    fn change(&self, state: State, change: Lifecycle<Message>) {
        self.state.change(state);
        let urgency = self
            .push_change
            .get()
            .and_then(|push_change| push_change(self, change));
        self.state.notify();
        self.wake(&self.subscribers, urgency);
    }

    // The end.

    /// The connection may have several streams from now on, or none.
    pub fn share(&self) {
        #[cfg(feature = "fetch")]
        self.enqueue_messages();
        self.sharing.set(Some(Sharing {
            push_copies,
            unsubscribe: Session::remove_subscriber,
            report: |error| sys::report_failure(&error.to_string()),
        }));
    }

    fn push(&self, subscribers: &Subscribers, item: Item) -> Option<Urgency> {
        let sharing = self.sharing.get();
        subscribers.push(item, sharing.map(|sharing| sharing.push_copies))
    }

    /// The connection failed for good.
    pub fn fail(&self, error: Error) {
        self.close(CloseReason::Failed(error));
    }

    /// Closes the connection when the program aborts this signal.
    pub fn close_on_abort(self: &Rc<Self>, signal: &AbortSignal) {
        if signal.aborted() {
            return self.close_by_program();
        }
        let session = Rc::downgrade(self);
        let listener = sys::on_abort(signal, move || {
            if let Some(session) = session.upgrade() {
                session.close_by_program();
            }
        });
        self.abort_listeners.borrow_mut().push(Box::new(listener));
    }

    /// Closes the connection for this reason, unless it is closed. Streams still yield earlier messages.
    ///
    /// A failure that no stream and no observer can see is reported.
    pub fn close(&self, reason: CloseReason) {
        let unseen =
            !self.is_closed() && self.subscribers.is_empty() && !self.state.has_observers();
        self.end(reason);
        self.finish();
        if unseen
            && let Some(sharing) = self.sharing.get()
            && let Some(error) = self.failure()
        {
            (sharing.report)(&error);
        }
    }

    /// Closes the connection for the program, and releases a response that was kept for it.
    pub fn close_by_program(&self) {
        self.close(CloseReason::Called);
        #[cfg(feature = "fetch")]
        if let Some(connector) = self.connector.get() {
            connector.release_response();
        }
        // Not at an end of another kind, which may leave a response to be released by a signal.
        drop(self.abort_listeners.take());
    }

    pub fn add_handle(&self) {
        self.handles.set(self.handles.get() + 1);
    }

    /// Closes the connection with its last handle. After that no callback is called, except observers that
    /// have not yet seen an earlier end.
    pub fn remove_handle(&self) {
        self.handles.set(self.handles.get() - 1);
        if self.handles.get() > 0 {
            return;
        }
        self.abandoned.set(true);
        if !self.is_closed() {
            self.state.silence();
        }
        self.subscribers.clear();
        self.close_by_program();
    }

    /// Shuts the connection. Callbacks, observers and readers see the end only at [`finish`](Self::finish),
    /// because earlier messages and states may still be on their way to them.
    fn end(&self, reason: CloseReason) {
        if self.is_closed() {
            return;
        }
        self.state.change(State::Closed(reason));
        if let Some(connector) = self.connector.get() {
            connector.shut();
        }
    }

    /// After the end: removes callbacks, notifies observers, wakes readers. Nothing is borrowed at that
    /// point, because dropping a callback may run code that calls the session.
    pub fn finish(&self) {
        if !self.is_closed() {
            return;
        }
        if let Some(calling) = self.calling.get() {
            (calling.clear)(self);
        }
        self.state.notify();
        self.wake(&self.subscribers, Some(Urgency::Now));
    }

    /// Wakes readers for the items in their queues; no other function does. It wakes them at once, or, for a
    /// message of a burst, leaves it to a task that the connector requests.
    fn wake(&self, subscribers: &Subscribers, urgency: Option<Urgency>) {
        let Some(urgency) = urgency else { return };
        if self.delivering.get() {
            return;
        }
        if urgency == Urgency::Burst
            && let Some(connector) = self.connector.get()
            && Rc::clone(connector).defers_wake()
        {
            return;
        }
        subscribers.wake();
    }

    /// Called by the task that the connector requested.
    pub fn wake_readers(&self) {
        self.wake(&self.subscribers, Some(Urgency::Now));
    }
}

/// The session's interface to a connector.
///
/// The methods take `&self` and end their borrows before they drop anything, because dropping a callback may
/// run code that calls the connector.
pub(crate) trait Connector {
    /// Delivers the messages of this name from now on.
    fn listen(self: Rc<Self>, subscription: &Rc<Subscription>);

    /// Stops delivering the messages of this name.
    fn unlisten(&self, name: &str);

    /// Ends the connection for good.
    fn shut(&self);

    /// Whether readers are woken by a later task of the browser, which this requests; otherwise the session
    /// wakes them now.
    fn defers_wake(self: Rc<Self>) -> bool {
        false
    }

    /// The demand has changed: a stream was polled, or a stream or callback was added or removed.
    fn demand_changed(&self) {}

    /// Whether the connector delivers the messages of every name.
    #[cfg(feature = "fetch")]
    fn brings_every_name(&self) -> bool {
        false
    }

    /// Passes the next message for this stream to `take`, if it can be read without a copy and a queue;
    /// otherwise pending.
    #[cfg(feature = "fetch")]
    fn read(&self, session: &Session, take: &mut dyn FnMut(Frame<'_>)) -> Poll<Result<(), Error>> {
        let _ = (session, take);
        Poll::Pending
    }

    /// The newest response.
    #[cfg(feature = "fetch")]
    fn response(&self) -> Option<web_sys::Response> {
        None
    }

    /// Releases a response that was kept for the program to read.
    #[cfg(feature = "fetch")]
    fn release_response(&self) {}

    /// Whether the first request, which has the session's last event ID, has not been sent yet.
    #[cfg(any(feature = "yew", feature = "leptos"))]
    fn may_resume(&self) -> bool {
        false
    }
}
