//! [`Lifecycle`], everything that a stream can tell of a connection.

use crate::{close::CloseReason, message::Message, state::ReconnectCause};

/// What a [`LifecycleStream`](crate::LifecycleStream) yields: a message, or a change of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifecycle<T = Message> {
    /// The server answered, for the first time.
    Opened,
    /// A message.
    Message(T),
    /// The connection was lost, or could not be made, and another attempt follows.
    Reconnecting {
        /// Which attempt this is, from 1. Each success starts the count anew.
        attempt: u32,
        /// What made the attempt necessary.
        cause: ReconnectCause,
    },
    /// The connection is there again.
    Resumed {
        /// The ID of the last message before the break. The browser sent it along, so that the
        /// server could go on behind it. Empty if no message had one. As with
        /// [`Connection::last_event_id`](crate::Connection::last_event_id), the browser's `EventSource` is ahead of this where the server
        /// puts an ID on events without a listener, or on a block without data.
        last_event_id: String,
    },
    /// The connection is closed; the last item of every stream.
    Closed(CloseReason),
}

impl Lifecycle {
    /// The same change of the connection in a stream of other values; `None` for a message.
    pub(crate) fn change<T>(self) -> Option<Lifecycle<T>> {
        Some(match self {
            Lifecycle::Message(_) => return None,
            Lifecycle::Opened => Lifecycle::Opened,
            Lifecycle::Reconnecting { attempt, cause } => {
                Lifecycle::Reconnecting { attempt, cause }
            }
            Lifecycle::Resumed { last_event_id } => Lifecycle::Resumed { last_event_id },
            Lifecycle::Closed(reason) => Lifecycle::Closed(reason),
        })
    }
}
