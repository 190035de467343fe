//! What brings messages in. A [`Connector`] makes the attempts of one connection and hands each thing that it
//! learns to the [session](crate::session), which decides.

use std::rc::Rc;
#[cfg(feature = "fetch")]
use std::task::Poll;

use crate::subscription::Subscription;
#[cfg(feature = "fetch")]
use crate::{error::Error, message::Frame, session::Session, subscription::Subscriber};

#[cfg(feature = "fetch")]
pub(crate) mod fetch;
pub(crate) mod native;

/// A connector, as the session sees it.
///
/// The methods take `&self` and release what they have borrowed before they drop anything, because dropping
/// a callback may run code that comes back here.
pub(crate) trait Connector {
    /// Brings in the messages of this name from now on.
    fn listen(&self, subscription: &Rc<Subscription>);

    /// Stops bringing in the messages of this name.
    fn unlisten(&self, name: &str);

    /// Ends the connection for good.
    fn shut(&self);

    /// Whether readers are woken by a later task of the browser, which this requests; otherwise the session
    /// wakes them now.
    fn defers_wake(&self) -> bool {
        false
    }

    /// A stream wants more, or there is another one, or a callback.
    fn demand_changed(&self) {}

    /// Whether the messages of every name come in, so that a stream can have them all.
    #[cfg(feature = "fetch")]
    fn brings_every_name(&self) -> bool {
        false
    }

    /// A reader for a new stream, where messages can be read without a queue.
    #[cfg(feature = "fetch")]
    fn reader(self: Rc<Self>) -> Option<Box<dyn FrameReader>> {
        None
    }

    /// The newest response.
    #[cfg(feature = "fetch")]
    fn response(&self) -> Option<web_sys::Response> {
        None
    }

    /// Releases a response that was kept for the program to read.
    #[cfg(feature = "fetch")]
    fn release_response(&self) {}

    /// Whether the first request is still to be sent, with the session's last event ID.
    #[cfg(any(feature = "yew", feature = "leptos"))]
    fn may_resume(&self) -> bool {
        false
    }
}

/// Reads frames where they are, without a copy and a queue.
#[cfg(feature = "fetch")]
pub(crate) trait FrameReader {
    /// Goes to the next message for this subscriber. Pending if there is none to be read here.
    fn advance(&mut self, session: &Session, subscriber: &Subscriber) -> Poll<Result<(), Error>>;

    /// The message that was advanced to.
    fn frame(&self) -> Frame<'_>;

    /// The message is not needed any more.
    fn release(&mut self);
}
