//! [`LendingReader`], by which a stream takes frames straight out of the parser.

use std::{rc::Rc, sync::Arc, task::Poll};

use super::{Fetch, frame};
use crate::{
    close::Verdict,
    connector::FrameReader,
    error::Error,
    message::Frame,
    parser::{Parser, Step},
    session::Session,
    subscription::{Subscriber, Subscription},
};

pub(super) struct LendingReader {
    connector: Rc<Fetch>,
    /// Here as long as there may be something in it.
    parser: Option<Box<Parser>>,
    /// Of the frame that was advanced to.
    subscription: Option<Rc<Subscription>>,
    origin: Arc<str>,
    /// The close rule was met: what is behind that message is dropped.
    over: bool,
}

impl LendingReader {
    pub fn new(connector: Rc<Fetch>) -> Self {
        LendingReader {
            connector,
            parser: None,
            subscription: None,
            origin: Arc::from(""),
            over: false,
        }
    }

    /// When a callback or another stream was added since the chunk came, the task delivers the rest of it,
    /// so that everyone gets each message in its turn. After the end there is no task, and no callback.
    fn may_read(&self, session: &Session) -> bool {
        self.connector.lends(session) || session.is_closed()
    }

    /// Gives the parser back with what is unread in it. The task delivers that.
    fn give_back(&mut self) {
        if let Some(parser) = self.parser.take() {
            self.connector.parser.put_full(parser);
            super::Connector::demand_changed(&*self.connector);
        }
    }
}

impl FrameReader for LendingReader {
    fn advance(&mut self, session: &Session, subscriber: &Subscriber) -> Poll<Result<(), Error>> {
        if !self.may_read(session) {
            self.give_back();
        }
        loop {
            let Some(parser) = self.parser.as_mut().filter(|_| !self.over) else {
                return Poll::Pending;
            };
            match parser.advance() {
                Step::Event => {
                    let subscription = session.subscription(parser.event_type());
                    let verdict = session.admit(&frame(parser, &subscription, &self.origin));
                    let wanted = verdict != Verdict::Mark && subscription.wants(subscriber);
                    self.over = verdict != Verdict::Continue;
                    self.subscription = Some(subscription);
                    if wanted {
                        return Poll::Ready(Ok(()));
                    }
                }
                Step::TooLarge => return Poll::Ready(Err(self.connector.too_large())),
                Step::Comment => {}
                Step::Hungry => {
                    if let Some(parser) = self.parser.take() {
                        self.connector.put_back(session, parser);
                    }
                }
            }
        }
    }

    fn take_chunk(&mut self, session: &Session) -> bool {
        if !self.may_read(session) {
            return false;
        }
        let chunk = self.connector.parser.take_full();
        let came = chunk.is_some();
        if came {
            self.parser = chunk;
            self.origin = Arc::clone(&self.connector.origin.borrow());
        }
        came
    }

    fn frame(&self) -> Frame<'_> {
        match (&self.parser, &self.subscription) {
            (Some(parser), Some(subscription)) => frame(parser, subscription, &self.origin),
            _ => Frame::new("", ""),
        }
    }
}

impl Drop for LendingReader {
    fn drop(&mut self) {
        self.give_back();
    }
}
