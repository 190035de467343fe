//! What a connection knows and decides, whatever brings its messages: the close rule, the state,
//! who listens. A transport reports each thing it learns here, the moment it learns it.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    sync::Arc,
    task::Waker,
};

use crate::{
    CloseReason, CloseRule, Error, Frame, Lifecycle, Listener, Message, OpenError, ReconnectCause,
    State,
    callback::Snapshot,
    close::Verdict,
    state::{StateCell, StateObserver},
    topic::{MessageCallback, Topic, Topics},
    transport::Link,
};

/// Who wants what of a connection.
#[derive(Default)]
pub(crate) struct Wanted {
    /// The event names that the stream is subscribed to.
    pub names: Vec<Arc<str>>,
    /// Whether it gets the events of every other name, too.
    pub all: bool,
    pub callbacks: Vec<(Arc<str>, Box<MessageCallback>)>,
    pub observers: Vec<Box<StateObserver>>,
}

pub(crate) struct Session {
    url: Box<str>,
    rule: CloseRule,
    state: StateCell,
    topics: RefCell<Topics>,
    /// Whether the stream gets the events of every name.
    streams_all: bool,
    /// Whether it gets any: `false` while messages are for callbacks alone.
    #[cfg(feature = "npm")]
    streams: Cell<bool>,
    last_event_id: RefCell<String>,
    was_open: Cell<bool>,
    /// The live connection; gone from the moment it is shut.
    link: RefCell<Option<Rc<dyn Link>>>,
    /// The task that waits for the stream's next item.
    waker: RefCell<Option<Waker>>,
}

impl Session {
    /// Knows what to listen for before there is a connection, so that no message can be missed.
    pub fn new(url: String, rule: CloseRule, wanted: Wanted) -> Result<Rc<Self>, OpenError> {
        let mut topics = Topics::default();
        for name in wanted.names {
            topics.named(name, true)?;
        }
        for name in rule.listens_for() {
            topics.named(name, wanted.all)?;
        }
        for (name, callback) in wanted.callbacks {
            topics.named(name, wanted.all)?.callbacks.add(callback);
        }
        let state = StateCell::default();
        for observer in wanted.observers {
            state.observe(observer);
        }
        Ok(Rc::new(Session {
            url: url.into(),
            rule,
            state,
            topics: RefCell::new(topics),
            streams_all: wanted.all,
            #[cfg(feature = "npm")]
            streams: Cell::new(true),
            last_event_id: RefCell::default(),
            was_open: Cell::default(),
            link: RefCell::default(),
            waker: RefCell::default(),
        }))
    }

    /// Takes the connection that a transport has made for this session.
    pub fn attach(&self, link: Rc<dyn Link>) {
        for topic in self.topics.borrow().iter() {
            link.listen(topic);
        }
        self.link.replace(Some(link));
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn last_event_id(&self) -> String {
        self.last_event_id.borrow().clone()
    }

    pub fn topic(&self, name: &str) -> Option<Rc<Topic>> {
        self.topics.borrow().get(name).cloned()
    }

    // What a transport reports. It is the browser that calls then, and no callback is running. A
    // transport keeps what is for the stream before callbacks run: whatever they do, or fail at,
    // nothing is lost.

    /// The server answered with an event stream.
    pub fn opened(&self, keep: impl FnOnce(Lifecycle<Message>)) {
        self.state.recover();
        if self
            .state
            .with(|state| matches!(state, State::Open | State::Closed(_)))
        {
            return;
        }
        let item = if self.was_open.replace(true) {
            Lifecycle::Resumed {
                last_event_id: self.last_event_id(),
            }
        } else {
            Lifecycle::Opened
        };
        self.state.change(State::Open);
        keep(item);
        self.state.tell();
    }

    /// A message came, of this topic, or of a name that is nobody's. If it meets the close rule, the
    /// connection is shut before anybody sees it, so that no request can follow. The arrival says
    /// who is to have it. When the transport has kept it for the stream, it
    /// [announces](Self::announce) it to those who call back, or [tells](Self::tell) that there was
    /// nobody to.
    pub fn received(&self, topic: Option<&Topic>, frame: &Frame<'_>) -> Arrival {
        self.state.recover();
        if self.is_closed() {
            return Arrival::nobodys();
        }
        self.remember(frame.last_event_id());
        // Before the rule is asked: a predicate may close the connection.
        let callbacks = topic.and_then(|topic| topic.callbacks.snapshot());
        let verdict = self.rule.judge(frame);
        if verdict != Verdict::Continue {
            self.end(CloseReason::Rule(frame.kept()));
        }
        let delivered = verdict != Verdict::Mark;
        Arrival {
            for_stream: delivered && self.streams(topic),
            #[cfg(feature = "fetch")]
            last: verdict != Verdict::Continue,
            callbacks: callbacks.filter(|_| delivered),
        }
    }

    /// A message that had come before the program closed the connection, and is looked at only now:
    /// it is for the stream alone.
    #[cfg(feature = "fetch")]
    pub fn left_over(&self, topic: Option<&Topic>, frame: &Frame<'_>) -> Arrival {
        let verdict = self.rule.judge(frame);
        let for_stream = verdict != Verdict::Mark && self.streams(topic);
        if for_stream {
            self.remember(frame.last_event_id());
        }
        Arrival {
            for_stream,
            last: verdict != Verdict::Continue,
            callbacks: None,
        }
    }

    /// Whether the stream is to have a message of this topic.
    pub fn streams(&self, topic: Option<&Topic>) -> bool {
        #[cfg(feature = "npm")]
        if !self.streams.get() {
            return false;
        }
        topic.map_or(self.streams_all, |topic| topic.streamed)
    }

    /// Tells callbacks of a message that was received, and observers of the close if it was the
    /// last.
    pub fn announce(&self, arrival: Arrival, frame: &Frame<'_>) {
        self.settle();
        if let Some(callbacks) = arrival.callbacks {
            callbacks.each(|callback| {
                if !self.state.is_silent() {
                    callback(frame);
                }
            });
        }
        self.state.tell();
    }

    /// Tells everybody of a close, if there was one.
    pub fn tell(&self) {
        self.settle();
        self.state.tell();
    }

    /// The connection is lost, or could not be made, and is tried again.
    pub fn lost(&self, keep: impl FnOnce(Lifecycle<Message>)) {
        self.state.recover();
        let next = self.state.with(|state| match state {
            State::Open => Some((1, ReconnectCause::Disconnected)),
            State::Connecting => Some((1, ReconnectCause::Unreachable)),
            State::Reconnecting { attempt, .. } => {
                Some((attempt.saturating_add(1), ReconnectCause::Unreachable))
            }
            State::Closed(_) => None,
        });
        let Some((attempt, cause)) = next else { return };
        self.state.change(State::Reconnecting { attempt, cause });
        keep(Lifecycle::Reconnecting { attempt, cause });
        self.state.tell();
    }

    /// The connection is lost for good.
    pub fn failed(&self, error: Error) {
        self.state.recover();
        self.close(CloseReason::Failed(error));
    }

    #[cfg(feature = "npm")]
    pub fn keep_for_stream(&self, keep: bool) {
        self.streams.set(keep);
    }

    pub fn was_open(&self) -> bool {
        self.was_open.get()
    }

    // What the program asks.

    pub fn state(&self) -> State {
        self.state.get()
    }

    pub fn is_closed(&self) -> bool {
        self.state.is_closed()
    }

    pub fn close_reason(&self) -> Option<CloseReason> {
        self.state.with(|state| match state {
            State::Closed(reason) => Some(reason.clone()),
            _ => None,
        })
    }

    /// Closes the connection; what came before stays to be read. The first reason counts.
    pub fn close(&self, reason: CloseReason) {
        self.end(reason);
        self.tell();
    }

    /// Closes the connection and calls nobody any more. That it had ended by itself is still told,
    /// where that was left for later.
    pub fn abandon(&self) {
        let ended = self
            .state
            .with(|state| matches!(state, State::Closed(reason) if *reason != CloseReason::Called));
        if !ended {
            self.state.silence();
            self.close(CloseReason::Called);
        }
    }

    /// Whether the connection was closed by dropping it.
    #[cfg(feature = "fetch")]
    pub fn is_abandoned(&self) -> bool {
        self.state.is_silent()
    }

    pub fn on(
        self: &Rc<Self>,
        name: Arc<str>,
        callback: Box<MessageCallback>,
    ) -> Result<Listener, OpenError> {
        let known = self.topic(&name);
        let is_new = known.is_none();
        let topic = known.map_or_else(|| Topic::new(name, self.streams_all), Ok)?;
        if self.is_closed() {
            return Ok(Listener::idle());
        }
        let callback = topic.callbacks.add(callback);
        if is_new {
            self.topics.borrow_mut().add(&topic);
            if let Some(link) = self.link() {
                link.listen(&topic);
            }
        }
        let session = Rc::downgrade(self);
        Ok(Listener::new(move || {
            topic.callbacks.remove(&callback);
            if let Some(session) = Weak::upgrade(&session) {
                session.leave(&topic);
            }
        }))
    }

    pub fn observe(self: &Rc<Self>, observer: Box<StateObserver>) -> Listener {
        if self.is_closed() {
            return Listener::idle();
        }
        let observer = self.state.observe(observer);
        let session = Rc::downgrade(self);
        Listener::new(move || {
            if let Some(session) = Weak::upgrade(&session) {
                session.state.forget(&observer);
            }
        })
    }

    /// Remembers whom to wake for the next item or the end.
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
        let waker = self.waker.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Whether anybody is called back for messages.
    #[cfg(feature = "fetch")]
    pub fn calls_back(&self) -> bool {
        let topics = self.topics.borrow();
        topics.iter().any(|topic| !topic.callbacks.is_empty())
    }

    fn link(&self) -> Option<Rc<dyn Link>> {
        self.link.borrow().clone()
    }

    /// The last event ID that was dispatched.
    pub fn remember(&self, id: &str) {
        let mut last = self.last_event_id.borrow_mut();
        if *last != id {
            last.clear();
            last.push_str(id);
        }
    }

    /// Stops listening for a name that nobody wants any more.
    fn leave(&self, topic: &Rc<Topic>) {
        let wanted = topic.streamed
            || !topic.callbacks.is_empty()
            || self.rule.listens_for().contains(&topic.name);
        if wanted {
            return;
        }
        self.topics.borrow_mut().remove(topic);
        if let Some(link) = self.link() {
            link.unlisten(&topic.name);
        }
    }

    /// Ends the connection. Nobody learns of it yet: what is for the stream may still be kept.
    fn end(&self, reason: CloseReason) {
        if self.is_closed() {
            return;
        }
        self.state.change(State::Closed(reason));
        if let Some(link) = self.link.take() {
            link.shut();
        }
    }

    /// After the end, lets go of everybody who listened and wakes the stream. Nothing is borrowed
    /// while the callbacks are dropped: what they own may come back here.
    fn settle(&self) {
        if !self.is_closed() {
            return;
        }
        // The topics stay: they say what is still for the stream.
        let topics: Vec<_> = self.topics.borrow().iter().cloned().collect();
        for topic in topics {
            topic.callbacks.clear();
        }
        self.wake();
    }
}

/// Who is to have a message that was received.
pub(crate) struct Arrival {
    pub for_stream: bool,
    /// Whether it met the close rule.
    #[cfg(feature = "fetch")]
    pub last: bool,
    callbacks: Option<Snapshot<MessageCallback>>,
}

impl Arrival {
    fn nobodys() -> Self {
        Arrival {
            for_stream: false,
            #[cfg(feature = "fetch")]
            last: false,
            callbacks: None,
        }
    }

    pub fn for_callbacks(&self) -> bool {
        self.callbacks.is_some()
    }
}
