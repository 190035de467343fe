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
//! - [`EventSource`] says what to listen to: a type or event names, the [`CloseRule`], the
//!   [`Buffer`], callbacks.
//! - [`EventStream`] yields values or [`Message`]s in the order the server sent them, over all names;
//!   [`LifecycleStream`] also says what happens to the connection in between. What is no JSON is read
//!   as [`Text`]; an [`Envelope`] adds event type and last event ID.
//! - [`Connection`] is what is open: its [`State`], its listeners, and the end of it by `close()`, by
//!   a [`CloseHandle`] or by a drop. Its [`CloseReason`] can be asked for.
//! - With the feature `fetch`, `EventSource::fetch` and its kin read a streamed `fetch()` in the place of
//!   the browser's `EventSource`: with headers and a body, the status, and several times the speed. The
//!   module `parser` is what reads the bytes.
//! - With the features `yew` and `leptos`, the modules of these names have hooks for components: the
//!   newest event, or every event folded into a value, and the state of the connection.
//! - [`OpenError`] comes before there is a connection, [`Error`] in a stream, [`DecodeError`] with one
//!   message.
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
pub use source::EventSource;
pub use state::{ReadyState, ReconnectCause, State};
pub use stream::{EventStream, LifecycleStream};
pub use subscribe::Subscribe;
pub use typed::{Envelope, Text};

/// Compiles the examples of the README.
#[cfg(all(doctest, feature = "fetch", feature = "leptos", feature = "yew"))]
#[doc = include_str!("../README.md")]
struct Readme;
