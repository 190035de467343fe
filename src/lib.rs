//! The browser's [server-sent events] as an async [`Stream`](futures_core::Stream) that really ends.
//!
//! ```no_run
//! # async fn example() -> Result<(), wasm_eventsource::Error> {
//! use futures_util::StreamExt;
//! use serde::Deserialize;
//! use wasm_eventsource::EventSource;
//!
//! #[derive(Deserialize)]
//! #[serde(rename_all = "lowercase")]
//! enum Feed {
//!     Tick { symbol: String, price: f64 }, // event: tick, data: {"symbol":"ABC","price":41.5}
//!     Halt,                                // event: halt
//! }
//!
//! let mut feed = EventSource::new("/prices").typed::<Feed>()?;
//! while let Some(event) = feed.next().await {
//!     match event? {
//!         Feed::Tick { symbol, price } => println!("{symbol} {price}"),
//!         Feed::Halt => println!("no trade"),
//!     }
//! }
//! // The server sent `event: close`: the connection is closed and stays closed.
//! # Ok(()) }
//! ```
//!
//! - [`EventSource`] is the builder: a type or event names, the [`CloseRule`], the [`Buffer`], callbacks.
//! - [`EventStream`] yields values or [`Message`]s in the order the server sent them, over all names;
//!   [`LifecycleStream`] also yields the changes of the connection. [`Text`] is data that is not JSON; an
//!   [`Envelope`] adds event type and last event ID.
//! - [`Connection`] is a handle of an open connection, with its [`State`] and its listeners. `close()`, a
//!   [`CloseHandle`] or a drop closes it, and [`CloseReason`] says why it closed.
//! - With the feature `fetch`, `EventSource::fetch` and the methods for the request use a streamed `fetch()`
//!   in the place of the browser's `EventSource`: with headers and a body, the status, and several times the
//!   speed. The module `parser` parses the bytes, and `Retry` is the policy for lost connections.
//! - With the features `yew` and `leptos`, the modules of these names have hooks for components: the
//!   newest event, or every event folded into a value, and the state of the connection.
//! - [`OpenError`] is the error of opening, [`Error`] of a stream, [`DecodeError`] of one message.
//!
//! It runs in windows and in workers. Elsewhere, when rendering on a server for example, it compiles,
//! and opening gives [`OpenError::Unsupported`].
//!
//! [server-sent events]: https://html.spec.whatwg.org/multipage/server-sent-events.html

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs, missing_debug_implementations)]

mod buffer;
mod callback;
mod close;
mod connection;
mod connector;
mod error;
#[cfg(any(feature = "yew", feature = "leptos"))]
mod hooks;
mod lifecycle;
mod message;
#[cfg(feature = "fetch")]
pub mod parser;
#[cfg(feature = "fetch")]
mod retry;
mod session;
mod source;
mod state;
mod stream;
mod subscribe;
mod subscription;
#[cfg(feature = "fetch")]
mod supervisor;
mod sys;
mod typed;

pub use buffer::Buffer;
pub use callback::Listener;
pub use close::{CloseReason, CloseRule};
pub use connection::{CloseHandle, Connection};
#[cfg(feature = "fetch")]
pub use connector::fetch::Body;
pub use error::{DecodeError, Error, OpenError};
#[cfg(feature = "leptos")]
pub use hooks::leptos;
#[cfg(feature = "yew")]
pub use hooks::yew;
pub use lifecycle::Lifecycle;
pub use message::{Frame, Message};
#[cfg(feature = "fetch")]
pub use retry::{Failure, Retry};
pub use source::EventSource;
pub use state::{ReadyState, ReconnectCause, State};
pub use stream::{EventStream, LifecycleStream};
pub use subscribe::Subscribe;
pub use typed::{Envelope, Text};

/// Compiles the examples of the README.
#[cfg(all(doctest, feature = "fetch", feature = "leptos", feature = "yew"))]
#[doc = include_str!("../README.md")]
struct Readme;
