//! [`Port`], which the task and the stream share: what comes in goes through here to the session, and
//! to the stream.

use std::{
    cell::{Cell, RefCell},
    rc::Weak,
    sync::Arc,
};

use js_sys::Uint8Array;

use super::{answer::Answers, desk::Desk, plan::CommentCallback};
use crate::{
    Error, Frame, Lifecycle, Message,
    buffer::Inbox,
    callback::Callbacks,
    parser::{Parser, Step},
    session::{Arrival, Session},
    sys,
    topic::Topic,
    transport::Reader,
};

pub(super) struct Port {
    pub session: Weak<Session>,
    /// What waits for the stream outside the parser: changes of the connection, and messages that
    /// the task has taken out.
    pub inbox: RefCell<Inbox>,
    pub desk: Desk,
    pub max_event_size: usize,
    pub comments: Callbacks<CommentCallback>,
    /// The origin of the messages of this response.
    pub origin: RefCell<Arc<str>>,
    pub answers: Answers,
}

impl Port {
    /// Keeps this for the stream, if there is one that wants it.
    pub fn keep(&self, session: &Session, item: Lifecycle<Message>) {
        let urgency = self.inbox.borrow_mut().push(item);
        if urgency.is_some() {
            session.wake();
        }
    }

    /// Takes in what was read, when it was wanted.
    pub fn fill(&self, session: &Session, piece: &Uint8Array) {
        // It is here, or nothing would have been read.
        let Some(mut parser) = self.desk.take_to_fill() else {
            return;
        };
        piece.copy_to(parser.room(piece.length() as usize));
        if self.desk.reader() != Reader::Stream || session.calls_back() || !self.comments.is_empty()
        {
            self.dispatch(session, &mut parser);
            self.put_back(session, parser);
        } else {
            self.desk.put_full(parser);
        }
        // Though nothing is there for it a stream is to poll, and ask for more.
        session.wake();
    }

    /// Takes back the parser when all that is of use was read from it.
    pub fn put_back(&self, session: &Session, parser: Box<Parser>) {
        if !session.is_closed() {
            // Also of events without data, that no message tells of.
            session.remember(parser.last_event_id());
        }
        self.desk.put_empty(parser);
    }

    /// Reads the parser in the place of a stream: to its end, or to that of the connection.
    fn dispatch(&self, session: &Session, parser: &mut Parser) {
        let over = Cell::new(false);
        // An exception of the program's breaks off one call. The next goes on behind the event that it
        // was thrown for.
        while !over.get() {
            sys::guarded(|| {
                self.dispatch_on(session, parser, &over);
                over.set(true);
            });
        }
    }

    /// What was there before the program closed the connection is still for the stream. Before code of
    /// the program's runs, `over` says whether nothing is left to do after it.
    fn dispatch_on(&self, session: &Session, parser: &mut Parser, over: &Cell<bool>) {
        let origin = Arc::clone(&self.origin.borrow());
        loop {
            if session.is_closed()
                && (self.desk.reader() == Reader::Callbacks || session.is_abandoned())
            {
                return;
            }
            match parser.advance() {
                Step::Hungry => return,
                Step::Comment if session.is_closed() => {}
                Step::Comment => {
                    let comment = parser.comment();
                    self.comments.each(|callback| callback(&comment));
                }
                Step::TooLarge => self.keep_error(self.too_large()),
                Step::Event => {
                    let topic = session.topic(parser.event_type());
                    let frame = found(parser, topic.as_deref(), &origin);
                    let arrival = receive(session, topic.as_deref(), &frame);
                    let last = arrival.last;
                    if arrival.for_stream {
                        self.keep(session, Lifecycle::Message(frame.kept()));
                    }
                    if arrival.for_callbacks() || session.is_closed() {
                        over.set(last);
                        session.announce(arrival, &frame);
                    }
                    if last {
                        return;
                    }
                }
            }
        }
    }

    pub fn too_large(&self) -> Error {
        Error::TooLarge {
            limit: self.max_event_size,
        }
    }

    /// Keeps an error for the stream; where there is none, nobody would ever read it.
    fn keep_error(&self, error: Error) {
        if self.desk.reader() != Reader::Callbacks {
            self.inbox.borrow_mut().push_error(error);
        }
    }
}

/// The event that the parser has found.
pub(super) fn found<'a>(
    parser: &'a Parser,
    topic: Option<&'a Topic>,
    origin: &'a Arc<str>,
) -> Frame<'a> {
    let name = topic.map(|topic| &topic.name);
    let (data, id) = (parser.data(), parser.last_event_id());
    Frame::lent(parser.event_type(), name, data, id, origin)
}

/// Tells the session of a message. What had been read before the program closed the connection is
/// still the stream's, up to the message that would have ended it.
pub(super) fn receive(session: &Session, topic: Option<&Topic>, frame: &Frame<'_>) -> Arrival {
    if session.is_closed() {
        session.left_over(topic, frame)
    } else {
        session.received(topic, frame)
    }
}
