//! The seam between what brings messages in and everything above it.
//!
//! A transport makes a connection for a [`Session`](crate::session::Session) and reports to it each
//! thing it learns, the moment it learns it: that is where close rule, state and callbacks are. What
//! the session lets through, the transport keeps until the stream polls for it, and hands it out as
//! a frame that is lent until the next poll. The way of the data is one way: transport, session,
//! stream, user.

use std::{
    rc::Rc,
    task::{Context, Poll},
};

use crate::{Error, Frame, Lifecycle, Message, session::Session, topic::Topic};

mod burst;
#[cfg(feature = "fetch")]
pub(crate) mod fetch;
pub(crate) mod native;

/// The connection itself, as the session holds it.
///
/// The methods take `&self` and let go of what they hold before they drop it, because dropping a
/// callback may run code that comes back here.
pub(crate) trait Link {
    /// Brings in the messages of this topic from now on.
    fn listen(&self, topic: &Rc<Topic>);

    /// Stops bringing in the messages of this name.
    fn unlisten(&self, name: &str);

    /// Ends the connection for good and reports nothing any more.
    fn shut(&self);
}

/// The other end, as the stream holds it.
pub(crate) trait Transport {
    /// The next item, in the order the server sent them. Pending as long as there is none: the
    /// stream knows from the session whether there will be more, and the session wakes it.
    fn poll_next<'a>(&'a mut self, session: &Session, cx: &mut Context<'_>) -> Poll<FeedItem<'a>>;

    /// From now on the stream also wants what happens to the connection.
    fn keep_lifecycle(&mut self);

    /// Whether what the server sends is read though the stream does not poll for it. A transport that
    /// has no choice does so always.
    #[cfg(feature = "npm")]
    fn read_ahead(&mut self, ahead: bool) {
        let _ = ahead;
    }
}

/// The transport of a connection that was closed before it was made.
#[cfg(feature = "npm")]
pub(crate) struct Unopened;

#[cfg(feature = "npm")]
impl Transport for Unopened {
    fn poll_next(&mut self, _: &Session, _: &mut Context<'_>) -> Poll<FeedItem<'_>> {
        Poll::Pending
    }

    fn keep_lifecycle(&mut self) {}
}

/// Who reads what the server sends. A transport that has the choice reads no more than is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A stream, as far as it is polled.
    Stream,
    /// A buffer that is to be filled, for a stream.
    Buffer,
    /// Callbacks alone.
    Callbacks,
}

/// What a stream is made from, before it is decoded.
pub(crate) enum FeedItem<'a> {
    Item(Lifecycle<Frame<'a>>),
    Error(Error),
    /// Something came that is not for the stream: it polls again.
    #[cfg_attr(not(feature = "fetch"), expect(dead_code))]
    Nothing,
}

impl From<Result<Lifecycle<Message>, Error>> for FeedItem<'_> {
    fn from(item: Result<Lifecycle<Message>, Error>) -> Self {
        item.map_or_else(FeedItem::Error, FeedItem::Item)
    }
}
