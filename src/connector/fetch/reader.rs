//! [`LendingReader`], by which a stream takes frames straight out of the parser.

use std::{rc::Rc, sync::Arc, task::Poll};

use super::shared::{Fetch, frame};
use crate::{
    close::Verdict,
    error::Error,
    message::Frame,
    parser::{Parser, Step},
    session::{Connector, FrameReader, Session},
    subscription::{Subscriber, Subscription},
};

pub(super) struct LendingReader {
    connector: Rc<Fetch>,
    lent: Option<Lent>,
    /// The close rule was met: what is behind that message is dropped.
    over: bool,
}

/// The message that was advanced to, in the parser that it is lent from.
struct Lent {
    parser: Box<Parser>,
    subscription: Rc<Subscription>,
    origin: Arc<str>,
}

impl LendingReader {
    pub fn new(connector: Rc<Fetch>) -> Self {
        LendingReader {
            connector,
            lent: None,
            over: false,
        }
    }
}

impl FrameReader for LendingReader {
    /// When a callback or another stream was added since the chunk came, the task delivers the rest of it,
    /// so that everyone gets each message in its turn. After the end there is no task, and no callback.
    fn advance(&mut self, session: &Session, subscriber: &Subscriber) -> Poll<Result<(), Error>> {
        self.release();
        if self.over || !(self.connector.lends(session) || session.is_closed()) {
            return Poll::Pending;
        }
        let Some(mut parser) = self.connector.parser.take_full() else {
            return Poll::Pending;
        };
        loop {
            match parser.advance() {
                Step::Event => {
                    let subscription = session.subscription(parser.event_type());
                    let origin = Arc::clone(&self.connector.origin.borrow());
                    let verdict = session.admit(&frame(&parser, &subscription, &origin));
                    self.over = verdict != Verdict::Continue;
                    if verdict != Verdict::Mark && subscription.subscribers.include(subscriber) {
                        self.lent = Some(Lent {
                            parser,
                            subscription,
                            origin,
                        });
                        return Poll::Ready(Ok(()));
                    }
                    if self.over {
                        return Poll::Pending;
                    }
                }
                Step::TooLarge => {
                    self.connector.parser.put_full(parser);
                    return Poll::Ready(Err(self.connector.too_large()));
                }
                Step::Comment => {}
                Step::Hungry => {
                    self.connector.put_back(session, parser);
                    return Poll::Pending;
                }
            }
        }
    }

    fn frame(&self) -> Frame<'_> {
        match &self.lent {
            Some(lent) => frame(&lent.parser, &lent.subscription, &lent.origin),
            None => Frame::new("", ""),
        }
    }

    fn release(&mut self) {
        if let Some(lent) = self.lent.take()
            && !self.over
        {
            self.connector.parser.put_full(lent.parser);
        }
    }
}

impl Drop for LendingReader {
    /// What is unread is for others, if there are any.
    fn drop(&mut self) {
        self.release();
        self.connector.demand_changed();
    }
}
