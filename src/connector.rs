//! What brings messages in: the browser's own `EventSource`, or a streamed `fetch()`.
//!
//! A connector makes the attempts of one connection and hands each thing that it learns to the
//! [session](crate::session), which decides. What the session needs of it is the trait
//! [`Connector`](crate::session::Connector).

#[cfg(feature = "fetch")]
pub(crate) mod fetch;
pub(crate) mod native;
