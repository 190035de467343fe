//! [`Fetch`], the state that the task, the streams and the session share. It takes in chunks and delivers
//! their events.

use std::{
    cell::Cell,
    convert::Infallible,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use futures_channel::oneshot;
use js_sys::Uint8Array;

use super::{
    handoff::{ParserHandoff, Reading},
    options::CommentCallback,
    response::ResponseSlot,
};
use crate::{
    callback::Callbacks,
    close::Verdict,
    error::Error,
    message::Frame,
    parser::{Parser, Step},
    session::Session,
    subscription::Subscription,
};

/// The state that the task, the streams and the session share.
pub(super) struct Fetch {
    pub parser: ParserHandoff,
    max_event_size: usize,
    pub comments: Callbacks<CommentCallback>,
    /// Whether comment callbacks were set before opening.
    has_comments: bool,
    pub response: ResponseSlot,
    /// The task, if it waits for demand.
    pub waker: Cell<Option<Waker>>,
    /// Dropping it ends the task.
    pub supervisor: Cell<Option<oneshot::Sender<Infallible>>>,
    /// Whether the first attempt has begun.
    pub was_asked: Cell<bool>,
}

impl Fetch {
    pub fn new(max_event_size: usize, callbacks: Vec<Box<CommentCallback>>) -> Self {
        let comments = Callbacks::default();
        for callback in callbacks {
            comments.add(callback);
        }
        let parser = Parser::new().with_max_event_size(max_event_size);
        Fetch {
            parser: ParserHandoff::new(parser),
            max_event_size,
            has_comments: !comments.is_empty(),
            comments,
            response: ResponseSlot::default(),
            waker: Cell::default(),
            supervisor: Cell::default(),
            was_asked: Cell::default(),
        }
    }

    /// Whether a stream reads the parser, and not the task.
    pub fn lends(&self, session: &Session) -> bool {
        !self.has_comments && session.lends()
    }

    /// Ready when more bytes are wanted. First delivers unread events that the stream may no longer read
    /// itself.
    pub fn poll_demand(&self, session: &Session, cx: &Context<'_>) -> Poll<()> {
        if let Some(parser) = self.parser.take_full() {
            if self.lends(session) {
                self.parser.put_full(parser);
            } else {
                self.dispatch(session, parser);
            }
        }
        if session.wants_more() {
            if self.parser.is_empty() {
                return Poll::Ready(());
            }
            // The reader looked for the chunk while the task was to deliver it, and that has changed again.
            session.offer_chunk();
        }
        self.waker.set(Some(cx.waker().clone()));
        Poll::Pending
    }

    /// Takes in a chunk of the body.
    pub fn fill(&self, session: &Session, chunk: &Uint8Array) {
        // The task reads only while the parser is in place.
        let Some(mut reading) = self.parser.take_empty() else {
            return;
        };
        let room = Rc::make_mut(&mut reading)
            .parser
            .room(chunk.length() as usize);
        chunk.copy_to(room);
        if self.lends(session) {
            self.parser.put_full(reading);
            session.offer_chunk();
        } else {
            self.dispatch(session, reading);
        }
    }

    /// Delivers the events in the parser, up to the end of the connection. If the program closes the
    /// connection, the rest still goes to the streams.
    fn dispatch(&self, session: &Session, mut reading: Rc<Reading>) {
        // It is there whenever the stream does not read the parser itself.
        let Some(deliver) = session.deliverer() else {
            return self.put_back(session, reading);
        };
        session.deliver_chunk(|| {
            while !session.is_closed() || session.has_streams() {
                match Rc::make_mut(&mut reading).parser.advance() {
                    Step::Hungry => return,
                    Step::Comment => {
                        let comment = reading.parser.comment();
                        self.comments.each(|callback| {
                            if !session.is_abandoned() {
                                callback(&comment);
                            }
                        });
                    }
                    Step::TooLarge => session.deliver_error(self.too_large()),
                    Step::Event => {
                        let subscription = session.subscription(reading.parser.event_type());
                        let frame = frame(session, &reading, &subscription);
                        if deliver(session, &subscription, frame) {
                            return;
                        }
                    }
                }
            }
        });
        self.put_back(session, reading);
    }

    /// Passes the next message for the stream that reads the parser to `take`, and puts the parser back.
    ///
    /// If a callback or another stream was added since the chunk arrived, the task delivers the rest of the
    /// chunk, so that streams and callbacks get the messages in order. The end also ends the task: then the
    /// first stream that is polled delivers the rest to the queues of all streams.
    pub fn read_parser(
        &self,
        session: &Session,
        take: &mut dyn FnMut(Frame<'_>),
    ) -> Poll<Result<(), Error>> {
        if !self.lends(session) {
            if session.is_closed()
                && let Some(reading) = self.parser.take_full()
            {
                self.dispatch(session, reading);
            }
            return Poll::Pending;
        }
        let Some(mut reading) = self.parser.take_full() else {
            return Poll::Pending;
        };
        loop {
            match Rc::make_mut(&mut reading).parser.advance() {
                Step::Event => {
                    let subscription = session.subscription(reading.parser.event_type());
                    let frame = frame(session, &reading, &subscription);
                    // There is one stream, which is subscribed to this name or not. A predicate may add others.
                    let is_subscribed = !subscription.subscribers.is_empty();
                    let verdict = session.admit(&frame);
                    let wanted = verdict != Verdict::Mark && is_subscribed;
                    // What is behind the last message is dropped with the parser.
                    if verdict == Verdict::Continue && wanted {
                        self.parser.put_full(Rc::clone(&reading));
                    }
                    if wanted {
                        take(frame);
                        return Poll::Ready(Ok(()));
                    }
                    if verdict != Verdict::Continue {
                        return Poll::Pending;
                    }
                    // A predicate may have added a callback or a stream, for which the rest is, too.
                    if !self.lends(session) {
                        self.parser.put_full(reading);
                        return self.read_parser(session, take);
                    }
                }
                Step::TooLarge => {
                    self.parser.put_full(reading);
                    return Poll::Ready(Err(self.too_large()));
                }
                Step::Comment => {}
                Step::Hungry => {
                    self.put_back(session, reading);
                    return Poll::Pending;
                }
            }
        }
    }

    /// Takes back the parser when everything in it has been read.
    pub fn put_back(&self, session: &Session, reading: Rc<Reading>) {
        if !session.is_closed() {
            // A block without data is not a message, but changes the ID.
            session.remember(reading.parser.last_event_id());
        }
        self.parser.put_empty(reading);
    }

    pub fn too_large(&self) -> Error {
        Error::TooLarge {
            limit: self.max_event_size,
        }
    }
}

/// The current event of the parser. Its name is shared if it has a subscription.
fn frame<'a>(
    session: &Session,
    reading: &'a Reading,
    subscription: &'a Rc<Subscription>,
) -> Frame<'a> {
    let Reading { parser, origin } = reading;
    let known = session.is_named(subscription).then_some(&subscription.name);
    let id = (parser.last_event_id(), parser.shared_id());
    Frame::lent(parser.event_type(), known, parser.data(), id, origin)
}
