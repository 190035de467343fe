//! The connectors: the browser's `EventSource`, and a streamed `fetch()`.
//!
//! A connector makes the attempts of one connection and reports to the [session](crate::session), which
//! decides. Its interface is the trait [`Connector`](crate::session::Connector).

#[cfg(feature = "fetch")]
pub(crate) mod fetch;
pub(crate) mod native;
