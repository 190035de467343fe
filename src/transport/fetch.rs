//! A streamed `fetch()` as a transport: any request, the status, backpressure.
//!
//! One task makes the connection: it asks, checks the answer, reads the body as far as somebody wants
//! it, and comes back when the connection is lost. The bytes go into a [`Parser`], and that is where
//! they stay: it is handed from the one who fills it to the one who reads it.
//!
//! - A stream takes each event straight out of the parser, and asks for more when that is empty.
//! - Where callbacks wait or a buffer is to be filled, the task reads the parser itself: callbacks
//!   never run while the stream is being polled.
//!
//! The files: `plan.rs` makes the requests, `course.rs` is the course of the connection, `answer.rs`
//! looks at the answers, `body.rs` reads, `pace.rs` leaves the page its time, `port.rs` and `desk.rs`
//! are between the task and the stream.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::{AbortHandle, Abortable};
use gloo_events::EventListener;
use wasm_bindgen_futures::spawn_local;

use super::{FeedItem, Link, Reader, Transport};
use crate::{
    CloseReason, Connection, Lifecycle, OpenError,
    buffer::Inbox,
    callback::Callbacks,
    parser::{Parser, Step},
    session::Session,
    sys,
    topic::Topic,
};

mod answer;
mod body;
mod course;
mod desk;
mod pace;
mod plan;
mod port;

pub(crate) use answer::Answers;
use course::Course;
use desk::Desk;
pub use plan::Body;
pub(crate) use plan::Plan;
use port::{Port, found, receive};

/// Opens a connection. Its first request is sent by a task, which begins when the caller is done.
pub(crate) fn open(
    session: Rc<Session>,
    mut plan: Plan,
    with_credentials: bool,
    inbox: Inbox,
    reader: Reader,
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
        desk: Desk::new(parser, reader),
        max_event_size: plan.max_event_size,
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
        signal: RefCell::new(signal.as_ref().map(|signal| {
            // The program aborts its own request.
            let handle = connection.close_handle();
            sys::on_abort(signal, move || handle.close())
        })),
    }));
    if signal.is_some_and(|signal| signal.aborted()) {
        session.close(CloseReason::Called);
    }
    let is_get = request.method() == "GET";
    let course = Course {
        port: Rc::clone(&port),
        session,
        request,
        reconnects: plan.reconnect.unwrap_or(is_get),
        // By its body, or by headers that are another attempt's.
        is_used_up: !is_get || plan.fresh_headers.is_some(),
        fresh_headers: plan.fresh_headers,
        sent: Cell::default(),
    };
    let task = Abortable::new(course.run(), registration);
    spawn_local(async {
        // It ends, or the connection is shut: nobody has to know which.
        let _ = task.await;
    });
    let stream = Fetch {
        port,
        parser: None,
        topic: None,
        origin: Arc::from(""),
        over: false,
    };
    Ok((connection, Box::new(stream)))
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
        if self.over {
            return Poll::Pending;
        }
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
            Some(Step::TooLarge) => Poll::Ready(FeedItem::Error(self.port.too_large())),
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

    #[cfg(feature = "npm")]
    fn read_ahead(&mut self, ahead: bool) {
        self.port.desk.read_ahead(ahead);
    }
}

impl Fetch {
    fn event(&mut self, session: &Session) -> Poll<FeedItem<'_>> {
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
            let message = frame.kept();
            spawn_local(async move {
                sys::guarded(|| {
                    if session.close_reason() == Some(CloseReason::Called) {
                        session.tell();
                    } else {
                        session.announce(arrival, &message);
                    }
                });
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
