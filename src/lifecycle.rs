//! [`Lifecycle`], the messages and changes of a connection.

use std::time::Duration;

use crate::{close::CloseReason, message::Message, state::ReconnectCause};

/// An item of a [`LifecycleStream`](crate::LifecycleStream): a message, or a change of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifecycle<T = Message> {
    /// The server answered, for the first time.
    Opened,
    /// A message.
    Message(T),
    /// The connection was lost, or could not be made, and another attempt follows.
    Reconnecting {
        /// The number of the attempt, from 1, as in [`State::Reconnecting`](crate::State::Reconnecting).
        attempt: u32,
        /// The cause of the attempt.
        cause: ReconnectCause,
        /// The time until the attempt; `None` over the browser's `EventSource`, which hides it.
        delay: Option<Duration>,
    },
    /// The connection is open again.
    Resumed {
        /// The last event ID before the break. The request sent it, so that the server can resume after it.
        /// Empty if no message had one. The browser's `EventSource` may send a newer ID, as for
        /// [`Connection::last_event_id`](crate::Connection::last_event_id), from an event without a listener
        /// or a block without data.
        last_event_id: String,
    },
    /// The connection is closed; the last item of every stream.
    Closed(CloseReason),
}

impl Lifecycle {
    /// The change of the connection, for a stream of other values; `None` for a message.
    pub(crate) fn change<T>(self) -> Option<Lifecycle<T>> {
        Some(match self {
            Lifecycle::Message(_) => return None,
            Lifecycle::Opened => Lifecycle::Opened,
            Lifecycle::Reconnecting {
                attempt,
                cause,
                delay,
            } => Lifecycle::Reconnecting {
                attempt,
                cause,
                delay,
            },
            Lifecycle::Resumed { last_event_id } => Lifecycle::Resumed { last_event_id },
            Lifecycle::Closed(reason) => Lifecycle::Closed(reason),
        })
    }
}
