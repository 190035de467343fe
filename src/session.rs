//! What a connection knows and decides, whatever brings its messages: the close rule, the state,
//! who listens. A transport reports each thing it learns here, the moment it learns it.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
    sync::Arc,
    task::Waker,
};

use crate::{
    CloseReason, CloseRule, Error, Frame, Lifecycle, Listener, OpenError, ReconnectCause, State,
    callback::Callbacks,
    close::Verdict,
    state::{StateCell, StateObserver},
    transport::Link,
};

pub(crate) type MessageCallback = dyn FnMut(&Frame<'_>);

/// Everybody who wants the messages of one event type.
pub(crate) struct Topic {
    pub name: Arc<str>,
    /// Whether they go to the stream.
    pub streamed: bool,
    callbacks: Callbacks<MessageCallback>,
}

pub(crate) struct Session {
    url: Box<str>,
    rule: CloseRule,
    state: StateCell,
    /// Few, each name once: a list is faster and half a map's code.
    topics: RefCell<Vec<Rc<Topic>>>,
    last_event_id: RefCell<String>,
    /// The live connection; gone from the moment it is shut.
    link: RefCell<Option<Rc<dyn Link>>>,
    /// The task that waits for the stream's next item.
    waker: RefCell<Option<Waker>>,
}

impl Session {
    /// Knows what to listen for before there is a connection, so that no message can be missed.
    pub fn new(
        url: String,
        rule: CloseRule,
        streamed: impl IntoIterator<Item = Arc<str>>,
        callbacks: impl IntoIterator<Item = (Arc<str>, Box<MessageCallback>)>,
        observers: impl IntoIterator<Item = Box<StateObserver>>,
    ) -> Result<Rc<Self>, OpenError> {
        let mut topics = Vec::new();
        for name in streamed {
            Topic::named(&mut topics, name, true)?;
        }
        if let Some(name) = rule.listens_for() {
            Topic::named(&mut topics, name, false)?;
        }
        for (name, callback) in callbacks {
            Topic::named(&mut topics, name, false)?
                .callbacks
                .add(callback);
        }
        let state = StateCell::default();
        for observer in observers {
            state.observe(observer);
        }
        Ok(Rc::new(Session {
            url: url.into(),
            rule,
            state,
            topics: RefCell::new(topics),
            last_event_id: RefCell::default(),
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
        let topics = self.topics.borrow();
        topics.iter().find(|topic| *topic.name == *name).cloned()
    }

    // What a transport reports.

    /// The server answered with an event stream.
    pub fn opened(&self) -> Option<Lifecycle<Frame<'static>>> {
        let item = self.state.with(|state| match state {
            State::Reconnecting { .. } => Some(Lifecycle::Resumed {
                last_event_id: self.last_event_id(),
            }),
            State::Connecting => Some(Lifecycle::Opened),
            State::Open | State::Closed(_) => None,
        })?;
        self.state.set(State::Open);
        Some(item)
    }

    /// A message came. The verdict says whether it goes on to the stream; the topic, whether the
    /// stream wants it.
    ///
    /// When the close rule is met, the connection is shut before anybody sees the message. Whatever
    /// a callback then does, or fails at, no request can follow and the stream ends.
    pub fn received(&self, topic: &Topic, frame: &Frame<'_>) -> Verdict {
        self.remember(frame.last_event_id());
        let callbacks = topic.callbacks.snapshot();
        let verdict = self.rule.judge(frame);
        if verdict != Verdict::Continue {
            self.shut(CloseReason::Rule(frame.clone().into_owned()));
        }
        if verdict != Verdict::Mark {
            callbacks.each(|callback| callback(frame));
        }
        if verdict != Verdict::Continue {
            self.state.tell();
        }
        verdict
    }

    /// The connection is lost, and is being made again.
    pub fn lost(&self) -> Option<Lifecycle<Frame<'static>>> {
        let (attempt, cause) = self.state.with(|state| match state {
            State::Open => Some((1, ReconnectCause::Disconnected)),
            State::Connecting => Some((1, ReconnectCause::Unreachable)),
            State::Reconnecting { attempt, .. } => {
                Some((attempt.saturating_add(1), ReconnectCause::Unreachable))
            }
            State::Closed(_) => None,
        })?;
        self.state.set(State::Reconnecting { attempt, cause });
        Some(Lifecycle::Reconnecting { attempt, cause })
    }

    /// The connection is lost for good.
    pub fn failed(&self) {
        let reconnecting = self.state.with(|state| *state != State::Connecting);
        let error = Error::Failed {
            url: self.url.to_string(),
            reconnecting,
        };
        self.close(CloseReason::Failed(error));
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
        self.shut(reason);
        self.state.tell();
    }

    /// Closes the connection without telling anybody but the stream.
    pub fn abandon(&self) {
        self.state.forget_all();
        self.close(CloseReason::Called);
    }

    pub fn on(
        self: &Rc<Self>,
        name: Arc<str>,
        callback: Box<MessageCallback>,
    ) -> Result<Listener, OpenError> {
        let new = Topic::new(Arc::clone(&name), false)?;
        if self.is_closed() {
            return Ok(Listener::idle());
        }
        let known = self.topic(&name);
        let topic = known.clone().unwrap_or_else(|| {
            self.topics.borrow_mut().push(Rc::clone(&new));
            new
        });
        let callback = topic.callbacks.add(callback);
        if known.is_none()
            && let Some(link) = self.link()
        {
            link.listen(&topic);
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
        let mut slot = self.waker.borrow_mut();
        if !slot.as_ref().is_some_and(|known| known.will_wake(waker)) {
            *slot = Some(waker.clone());
        }
    }

    pub fn wake(&self) {
        let waker = self.waker.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn link(&self) -> Option<Rc<dyn Link>> {
        self.link.borrow().clone()
    }

    fn remember(&self, id: &str) {
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
            || self
                .rule
                .listens_for()
                .is_some_and(|name| name == topic.name);
        let known = self
            .topic(&topic.name)
            .is_some_and(|known| Rc::ptr_eq(&known, topic));
        if wanted || !known {
            return;
        }
        self.topics
            .borrow_mut()
            .retain(|other| !Rc::ptr_eq(other, topic));
        if let Some(link) = self.link() {
            link.unlisten(&topic.name);
        }
    }

    /// Ends the connection and lets go of everybody who listened. Nothing is borrowed while the
    /// callbacks are dropped: what they own may come back here.
    fn shut(&self, reason: CloseReason) {
        if self.is_closed() {
            return;
        }
        self.state.change(State::Closed(reason));
        let (link, topics) = (self.link.take(), self.topics.take());
        if let Some(link) = link {
            link.shut();
        }
        for topic in &topics {
            topic.callbacks.clear();
        }
        self.wake();
    }
}

impl Topic {
    /// The topic of this name; a new one is added if there is none.
    fn named(
        topics: &mut Vec<Rc<Self>>,
        name: Arc<str>,
        streamed: bool,
    ) -> Result<Rc<Self>, OpenError> {
        if let Some(known) = topics.iter().find(|topic| topic.name == name) {
            return Ok(Rc::clone(known));
        }
        let topic = Topic::new(name, streamed)?;
        topics.push(Rc::clone(&topic));
        Ok(topic)
    }

    fn new(name: Arc<str>, streamed: bool) -> Result<Rc<Self>, OpenError> {
        if name.is_empty() || name.contains(['\n', '\r']) {
            return Err(OpenError::InvalidEventName {
                name: name.to_string(),
            });
        }
        Ok(Rc::new(Topic {
            name,
            streamed,
            callbacks: Callbacks::default(),
        }))
    }
}
