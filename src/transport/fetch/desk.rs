//! [`Desk`], where the parser lies while nobody reads from it, and how the stream asks for more.

use std::{
    cell::Cell,
    task::{Context, Poll, Waker},
};

use crate::{parser::Parser, transport::Reader};

/// Between the task, which fills the parser, and the stream, which reads it: whoever has the parser
/// has the right to use it.
pub(super) struct Desk {
    parser: Cell<Option<Box<Parser>>>,
    reader: Reader,
    /// Whether a stream gets what it has not asked for, too.
    ahead: Cell<bool>,
    /// Whether there is something in the parser for the stream.
    full: Cell<bool>,
    /// Whether the stream has asked for more, and has not got it.
    asked: Cell<bool>,
    /// The task that waits to be asked.
    waker: Cell<Option<Waker>>,
}

impl Desk {
    pub fn new(parser: Parser, reader: Reader) -> Self {
        Desk {
            parser: Cell::new(Some(Box::new(parser))),
            reader,
            ahead: Cell::default(),
            full: Cell::default(),
            asked: Cell::default(),
            waker: Cell::default(),
        }
    }

    /// Who reads, in the end.
    pub fn reader(&self) -> Reader {
        match self.reader {
            Reader::Stream if self.ahead.get() => Reader::Buffer,
            reader => reader,
        }
    }

    /// Whether more is read than a stream has asked for. What is in the parser it has asked for.
    #[cfg(feature = "npm")]
    pub fn read_ahead(&self, ahead: bool) {
        self.ahead.set(ahead);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    // The task's side.

    /// Ready when the next bytes are wanted.
    pub fn poll_wanted(&self, cx: &Context<'_>) -> Poll<()> {
        if self.reader() != Reader::Stream || self.asked.get() {
            return Poll::Ready(());
        }
        self.waker.set(Some(cx.waker().clone()));
        Poll::Pending
    }

    /// The parser, to be filled. It is here when bytes are wanted; then they no longer are.
    pub fn take_to_fill(&self) -> Option<Box<Parser>> {
        self.asked.set(false);
        self.parser.take()
    }

    /// Makes the parser ready for the next body: an event that is not whole is dropped. Returns the
    /// reconnection time that the server set last. What the stream has asked for it still wants.
    pub fn next_body(&self) -> Option<u64> {
        let mut parser = self.parser.take()?;
        parser.restart();
        let retry = parser.retry();
        self.parser.set(Some(parser));
        retry
    }

    pub fn put_empty(&self, parser: Box<Parser>) {
        self.parser.set(Some(parser));
    }

    /// The stream is to read what is in the parser.
    pub fn put_full(&self, parser: Box<Parser>) {
        self.parser.set(Some(parser));
        self.full.set(true);
    }

    // The stream's side.

    /// The parser, if there is something in it for the stream.
    pub fn take_full(&self) -> Option<Box<Parser>> {
        if self.full.take() {
            self.parser.take()
        } else {
            None
        }
    }

    /// The stream wants more. It has nothing, and so has not got the parser.
    pub fn ask(&self) {
        if !self.asked.replace(true)
            && let Some(waker) = self.waker.take()
        {
            waker.wake();
        }
    }
}
