//! A streamed `fetch()` as a connector: any request, the status, backpressure.
//!
//! The [supervisor](crate::supervisor)'s task makes the attempts: it sends the request, checks the response,
//! and reads the body as far as it is wanted. The bytes go into a [`Parser`](crate::parser::Parser) and
//! stay there until they are delivered:
//! - If one stream wants the messages and nothing else does, that stream takes each frame straight out of
//!   the parser (`reader.rs`), and asks for more when the parser is empty.
//! - Otherwise the task reads the parser and delivers each message to queues and callbacks.
//!
//! `options.rs` is what the program says of the request, `attempt.rs` one attempt, `response.rs` and
//! `mime.rs` whether its response is an event stream, `diagnosis.rs` why there is none, `body.rs` and
//! `yielder.rs` the reading, `handoff.rs` where the parser is between task and stream.

use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use futures_channel::oneshot;
use js_sys::Uint8Array;
use web_sys::Response;

use super::{Connector, FrameReader};
use crate::{
    callback::Callbacks,
    error::{Error, OpenError},
    message::Frame,
    parser::{Parser, Step},
    session::Session,
    subscription::Subscription,
    supervisor::supervise,
};
use attempt::FetchAttempts;
use handoff::ParserHandoff;
use options::CommentCallback;
use reader::LendingReader;
use response::ResponseSlot;

mod attempt;
mod body;
mod diagnosis;
mod handoff;
mod mime;
mod options;
mod reader;
mod response;
mod yielder;

pub use options::Body;
pub(crate) use options::{FreshHeaders, RequestOptions};

/// Opens a connection, unless the session is closed already. The first request is sent by a task, which begins
/// when the caller is done.
pub(crate) fn open(
    session: &Rc<Session>,
    mut options: RequestOptions,
    with_credentials: bool,
) -> Result<(), OpenError> {
    let request = options.request(session.url(), with_credentials)?;
    if let Some(given) = &options.given {
        session.close_on_abort(&given.signal());
    }
    if session.is_closed() {
        return Ok(());
    }
    session.remember(&options.last_event_id);
    let comments = Callbacks::default();
    for callback in options.comments {
        comments.add(callback);
    }
    let parser = Parser::new().with_max_event_size(options.max_event_size);
    let connector = Rc::new(Fetch {
        parser: ParserHandoff::new(parser),
        max_event_size: options.max_event_size,
        has_comments: !comments.is_empty(),
        comments,
        origin: RefCell::new(Arc::from("")),
        response: ResponseSlot::default(),
        waker: Cell::default(),
        supervisor: Cell::default(),
        was_asked: Cell::default(),
    });
    let is_get = request.method() == "GET";
    let attempts = FetchAttempts {
        connector: Rc::clone(&connector),
        session: Rc::clone(session),
        // The body is used up by sending it, and headers that are computed belong to one attempt.
        copies_request: !is_get || options.fresh_headers.is_some(),
        repeats: options.reconnect.unwrap_or(is_get),
        streams_body: options.streams_body,
        request,
        fresh_headers: options.fresh_headers,
        sent: 0.0,
    };
    let repeats = attempts.repeats;
    let control = supervise(Rc::clone(session), attempts, repeats);
    connector.supervisor.set(Some(control));
    session.attach(connector);
    Ok(())
}

/// What the task, the streams and the session share.
struct Fetch {
    parser: ParserHandoff,
    max_event_size: usize,
    comments: Callbacks<CommentCallback>,
    /// Whether there were any at the opening.
    has_comments: bool,
    /// The origin of the messages of this response.
    origin: RefCell<Arc<str>>,
    response: ResponseSlot,
    /// The task, if it waits for demand.
    waker: Cell<Option<Waker>>,
    /// Dropping it ends the task.
    supervisor: Cell<Option<oneshot::Sender<Infallible>>>,
    /// Whether the first attempt has begun.
    was_asked: Cell<bool>,
}

impl Connector for Fetch {
    /// All names come in anyway.
    fn listen(&self, _: &Rc<Subscription>) {}

    fn unlisten(&self, _: &str) {}

    fn shut(&self) {
        drop(self.supervisor.take());
        self.response.abort();
        self.comments.clear();
    }

    fn demand_changed(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn brings_every_name(&self) -> bool {
        true
    }

    fn reader(self: Rc<Self>) -> Option<Box<dyn FrameReader>> {
        Some(Box::new(LendingReader::new(self)))
    }

    fn response(&self) -> Option<Response> {
        self.response.get()
    }

    fn release_response(&self) {
        self.response.release();
    }

    #[cfg(any(feature = "yew", feature = "leptos"))]
    fn may_resume(&self) -> bool {
        !self.was_asked.get()
    }
}

impl Fetch {
    /// Whether the stream reads the parser, and not the task.
    fn lends(&self, session: &Session) -> bool {
        !self.has_comments && session.lends()
    }

    /// Ready when more bytes are wanted. What a stream gave back unread is delivered before.
    fn poll_demand(&self, session: &Session, cx: &Context<'_>) -> Poll<()> {
        if !self.lends(session)
            && let Some(parser) = self.parser.take_full()
        {
            self.dispatch(session, parser);
        }
        if self.parser.is_empty() && session.wants_more() {
            return Poll::Ready(());
        }
        self.waker.set(Some(cx.waker().clone()));
        Poll::Pending
    }

    /// Takes in what was read.
    fn fill(&self, session: &Session, chunk: &Uint8Array) {
        // The parser is here, or nothing would have been read.
        let Some(mut parser) = self.parser.take_empty() else {
            return;
        };
        chunk.copy_to(parser.room(chunk.length() as usize));
        if self.lends(session) {
            self.parser.put_full(parser);
            session.offer_chunk();
        } else {
            self.dispatch(session, parser);
        }
    }

    /// Delivers everything that is in the parser, up to the end of the connection. What was there when the
    /// program closed the connection is still for the streams.
    fn dispatch(&self, session: &Session, mut parser: Box<Parser>) {
        let origin = Arc::clone(&self.origin.borrow());
        session.deliver_chunk(|| {
            while !session.is_closed() || session.has_streams() {
                match parser.advance() {
                    Step::Hungry => return,
                    Step::Comment => {
                        let comment = parser.comment();
                        self.comments.each(|callback| callback(&comment));
                    }
                    Step::TooLarge => session.deliver_error(self.too_large()),
                    Step::Event => {
                        let subscription = session.subscription(parser.event_type());
                        let frame = frame(&parser, &subscription, &origin);
                        if session.deliver(&subscription, frame) {
                            return;
                        }
                    }
                }
            }
        });
        self.put_back(session, parser);
    }

    /// Takes back the parser when everything in it has been read.
    fn put_back(&self, session: &Session, parser: Box<Parser>) {
        if !session.is_closed() {
            // A block without data changes the ID, too, and is no message.
            session.remember(parser.last_event_id());
        }
        self.parser.put_empty(parser);
    }

    fn too_large(&self) -> Error {
        Error::TooLarge {
            limit: self.max_event_size,
        }
    }
}

/// The event that the parser has found. The name is shared if something listens for it.
fn frame<'a>(
    parser: &'a Parser,
    subscription: &'a Subscription,
    origin: &'a Arc<str>,
) -> Frame<'a> {
    let (name, data) = (parser.event_type(), parser.data());
    let known = (*subscription.name == *name).then_some(&subscription.name);
    let id = (parser.last_event_id(), parser.shared_id());
    Frame::lent(name, known, data, id, origin)
}
