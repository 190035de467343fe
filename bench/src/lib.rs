//! The contestants of the benchmark that are written in Rust; `www/contestants.js` names them all.
//!
//! - `clients.rs` receives events, in each way that an app may, and `gloo.rs` as a peer does;
//! - `shape.rs` says what they are and tallies them;
//! - `parsers.rs` parses bytes without any network, `parse.rs` does so in a page.
//!
//! Nothing of it is linked into `examples/`, the apps whose size is measured.

#![cfg(feature = "parsers")]

mod clients;
mod gloo;
mod parse;
pub mod parsers;
mod shape;
