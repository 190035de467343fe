//! A streamed `fetch()` as a transport: any request, the status, backpressure.
//!
//! One task makes the connection ([`task`]): it asks, checks the answer, reads the body as far as
//! somebody wants it, and comes back when the connection is lost. The bytes go into a
//! [`Parser`], and that is where they stay: it is handed from the one who fills it to the one who
//! reads it.
//!
//! - A stream takes each event straight out of the parser, and asks for more when that is empty.
//! - Where callbacks wait or a buffer is to be filled, the task empties the parser itself: callbacks
//!   never run while the stream is being polled.
//!
//! The files: `plan.rs` makes the requests, `answer.rs` looks at the answers, `task.rs` is the course
//! of the connection, `pace.rs` leaves the page its time.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll, Waker},
};

use futures_util::future::{AbortHandle, Abortable};
use gloo_events::EventListener;
use js_sys::Uint8Array;
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortSignal;

use super::{FeedItem, Link, Reading, Transport};
use crate::{
    CloseReason, Connection, Error, Frame, Lifecycle, Message, OpenError,
    buffer::Inbox,
    callback::Callbacks,
    parser::{Parser, Step},
    session::{Arrival, Session},
    sys,
    topic::Topic,
};

mod answer;
mod pace;
mod plan;
mod task;

pub(crate) use answer::Answers;
pub use plan::Body;
use plan::CommentCallback;
pub(crate) use plan::Plan;
use task::Course;

/// Opens a connection: the request is on its way when this returns.
pub(crate) fn open(
    session: Rc<Session>,
    mut plan: Plan,
    with_credentials: bool,
    inbox: Inbox,
    reading: Reading,
) -> Result<(Connection, Box<dyn Transport>), OpenError> {
    let request = plan.request(session.url(), with_credentials)?;
    session.remember(&plan.last_event_id);
    let parser = Parser::new()
        .with_max_event_size(plan.max_event_size)
        .with_last_event_id(plan.last_event_id);
    let comments = Callbacks::default();
    for callback in plan.comments {
        comments.add(callback);
    }
    let port = Rc::new(Port {
        session: Rc::downgrade(&session),
        inbox: RefCell::new(inbox),
        desk: Desk::new(parser, reading),
        limit: plan.max_event_size,
        comments,
        origin: RefCell::new(Arc::from("")),
        answers: Answers::default(),
    });
    let connection = Connection::over_fetch(Rc::clone(&session), port.answers.clone());
    let (abort, registration) = AbortHandle::new_pair();
    let signal = plan.given.map(|request| request.signal());
    session.attach(Rc::new(FetchLink {
        task: abort,
        answers: port.answers.clone(),
        signal: RefCell::new(signal.as_ref().map(|signal| closes(signal, &session))),
    }));
    if signal.is_some_and(|signal| signal.aborted()) {
        session.close(CloseReason::Called);
    } else {
        let course = Course {
            port: Rc::clone(&port),
            session,
            reconnects: plan.reconnect.unwrap_or(request.method() == "GET"),
            request,
            fresh_headers: plan.fresh_headers,
            blocked: false,
        };
        let task = Abortable::new(course.run(), registration);
        spawn_local(async {
            // It ends, or the connection is shut: nobody has to know which.
            let _ = task.await;
        });
    }
    let stream = Fetch {
        port,
        parser: None,
        topic: None,
        origin: Arc::from(""),
        over: false,
    };
    Ok((connection, Box::new(stream)))
}

/// Closes the connection when the program aborts its own request.
fn closes(signal: &AbortSignal, session: &Rc<Session>) -> EventListener {
    let session = Rc::downgrade(session);
    EventListener::once(signal, "abort", move |_| {
        if let Some(session) = session.upgrade() {
            session.close(CloseReason::Called);
        }
    })
}

/// What the task and the stream share.
struct Port {
    session: Weak<Session>,
    /// What waits for the stream outside the parser: changes of the connection, and messages that
    /// the task has taken out.
    inbox: RefCell<Inbox>,
    desk: Desk,
    limit: usize,
    comments: Callbacks<CommentCallback>,
    /// The origin of the messages of this response.
    origin: RefCell<Arc<str>>,
    answers: Answers,
}

impl Port {
    /// Keeps this for the stream, if there is one that wants it.
    fn keep(&self, session: &Session, item: Lifecycle<Message>) {
        let urgency = self.inbox.borrow_mut().push(item);
        if urgency.is_some() {
            session.wake();
        }
    }

    /// Takes in what was read, when it was wanted.
    fn fill(&self, session: &Session, chunk: &Uint8Array) {
        // It is here, or nothing would have been read.
        let Some(mut parser) = self.desk.parser.take() else {
            return;
        };
        chunk.copy_to(parser.room(chunk.length() as usize));
        self.desk.asked.set(false);
        let ahead = self.desk.reading == Reading::Ahead;
        if ahead || session.calls_back() || !self.comments.is_empty() {
            self.dispatch(session, &mut parser);
            self.put_back(session, parser);
        } else {
            self.desk.parser.set(Some(parser));
            self.desk.full.set(true);
        }
        // Though nothing is there for it a stream is to poll, and ask for more.
        session.wake();
    }

    /// Takes back the parser when it has been read.
    fn put_back(&self, session: &Session, parser: Box<Parser>) {
        // Also of events without data, that no message tells of.
        session.remember(parser.last_event_id());
        self.desk.parser.set(Some(parser));
    }

    /// The body is at its end: an event that is not whole is dropped. The reconnection time is the
    /// newest that the server has set.
    fn end_of_body(&self) -> Option<u64> {
        let mut parser = self.desk.parser.take()?;
        parser.restart();
        let retry = parser.retry();
        self.desk.parser.set(Some(parser));
        retry
    }

    /// Empties the parser in the place of a stream.
    fn dispatch(&self, session: &Session, parser: &mut Parser) {
        let origin = Arc::clone(&self.origin.borrow());
        loop {
            match parser.advance() {
                Step::Hungry => return,
                Step::Comment if session.is_closed() => {}
                Step::Comment => {
                    let comment = parser.comment();
                    sys::guarded(|| self.comments.each(|callback| callback(&comment)));
                }
                Step::TooLarge => {
                    let limit = self.limit;
                    let error = Error::TooLarge { limit };
                    self.inbox.borrow_mut().push_error(error);
                }
                Step::Event => {
                    let topic = session.topic(parser.event_type());
                    let frame = found(parser, topic.as_deref(), &origin);
                    let arrival = receive(session, topic.as_deref(), &frame);
                    let last = arrival.last;
                    if arrival.for_stream {
                        self.keep(session, Lifecycle::Message(frame.clone().into_owned()));
                    }
                    if arrival.for_callbacks() || session.is_closed() {
                        sys::guarded(|| session.announce(arrival, &frame));
                    }
                    if last {
                        return;
                    }
                }
            }
        }
    }
}

/// The event that the parser has found.
fn found<'a>(parser: &'a Parser, topic: Option<&'a Topic>, origin: &'a Arc<str>) -> Frame<'a> {
    let name = topic.map(|topic| &topic.name);
    let (data, id) = (parser.data(), parser.last_event_id());
    Frame::lent(parser.event_type(), name, data, id, origin)
}

/// Tells the session of a message. What had been read before the program closed the connection is
/// still the stream's, up to the message that would have ended it.
fn receive(session: &Session, topic: Option<&Topic>, frame: &Frame<'_>) -> Arrival {
    if session.is_closed() {
        session.left_over(topic, frame)
    } else {
        session.received(topic, frame)
    }
}

/// Where the parser lies while nobody reads from it, and how the stream asks for more.
struct Desk {
    parser: Cell<Option<Box<Parser>>>,
    reading: Reading,
    /// Whether there is something in the parser for the stream.
    full: Cell<bool>,
    /// Whether the stream has asked for more, and has not got it.
    asked: Cell<bool>,
    /// The task that waits to be asked.
    waker: Cell<Option<Waker>>,
}

impl Desk {
    fn new(parser: Parser, reading: Reading) -> Self {
        Desk {
            parser: Cell::new(Some(Box::new(parser))),
            reading,
            full: Cell::default(),
            asked: Cell::default(),
            waker: Cell::default(),
        }
    }

    /// The parser, if there is something in it for the stream.
    fn take_full(&self) -> Option<Box<Parser>> {
        if self.full.take() {
            self.parser.take()
        } else {
            None
        }
    }

    /// The stream wants more. It has nothing, and so has no part of the parser.
    fn ask(&self) {
        if !self.asked.replace(true)
            && let Some(waker) = self.waker.take()
        {
            waker.wake();
        }
    }

    /// Ready when the next bytes are wanted.
    fn poll_wanted(&self, cx: &Context<'_>) -> Poll<()> {
        if self.reading == Reading::Ahead || self.asked.get() {
            return Poll::Ready(());
        }
        self.waker.set(Some(cx.waker().clone()));
        Poll::Pending
    }
}

/// The stream's end.
struct Fetch {
    port: Rc<Port>,
    /// Here as long as there may be something in it. The inbox is empty then.
    parser: Option<Box<Parser>>,
    /// What the last frame was lent of.
    topic: Option<Rc<Topic>>,
    origin: Arc<str>,
    /// The close rule was met: what is behind that in the parser is nobody's.
    over: bool,
}

impl Transport for Fetch {
    fn poll_next<'a>(&'a mut self, session: &Session, _: &mut Context<'_>) -> Poll<FeedItem<'a>> {
        if self.parser.is_none() {
            let kept = self.port.inbox.borrow_mut().pop();
            if let Some(item) = kept {
                return Poll::Ready(item.into());
            }
            self.parser = self.port.desk.take_full();
            self.origin = Arc::clone(&self.port.origin.borrow());
        }
        match self.parser.as_mut().map(|parser| parser.advance()) {
            Some(Step::Event) => self.event(session),
            Some(Step::TooLarge) => {
                let limit = self.port.limit;
                Poll::Ready(FeedItem::Error(Error::TooLarge { limit }))
            }
            Some(Step::Comment) => Poll::Ready(FeedItem::Nothing),
            Some(Step::Hungry) | None => {
                if let Some(parser) = self.parser.take() {
                    self.port.put_back(session, parser);
                }
                self.port.desk.ask();
                Poll::Pending
            }
        }
    }

    fn keep_lifecycle(&mut self) {
        self.port.inbox.borrow_mut().keep_lifecycle();
    }
}

impl Fetch {
    fn event(&mut self, session: &Session) -> Poll<FeedItem<'_>> {
        if self.over {
            return Poll::Pending;
        }
        let Some(parser) = self.parser.as_deref() else {
            return Poll::Pending;
        };
        let was_closed = session.is_closed();
        self.topic = session.topic(parser.event_type());
        let topic = self.topic.as_deref();
        let frame = found(parser, topic, &self.origin);
        let arrival = receive(session, topic, &frame);
        self.over = arrival.last;
        let for_stream = arrival.for_stream;
        // The stream is being polled: nobody is called back before it is not.
        if (arrival.for_callbacks() || session.is_closed() && !was_closed)
            && let Some(session) = self.port.session.upgrade()
        {
            let message = frame.clone().into_owned();
            spawn_local(async move {
                sys::guarded(|| session.announce(arrival, &message));
            });
        }
        Poll::Ready(if for_stream {
            FeedItem::Item(Lifecycle::Message(frame))
        } else {
            FeedItem::Nothing
        })
    }
}

/// What the session shuts.
struct FetchLink {
    task: AbortHandle,
    answers: Answers,
    /// The end by the request's own signal.
    signal: RefCell<Option<EventListener>>,
}

impl Link for FetchLink {
    /// All names come in, wanted or not.
    fn listen(&self, _: &Rc<Topic>) {}

    fn unlisten(&self, _: &str) {}

    fn shut(&self) {
        self.task.abort();
        self.answers.abort();
        drop(self.signal.take());
    }
}
