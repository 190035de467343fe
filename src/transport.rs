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

use crate::{Error, Frame, Lifecycle, topic::Topic};

mod burst;
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
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<FeedItem<'_>>;

    /// From now on the stream also wants what happens to the connection.
    fn keep_lifecycle(&mut self);
}

/// What a stream is made from, before it is decoded.
pub(crate) type FeedItem<'a> = Result<Lifecycle<Frame<'a>>, Error>;
