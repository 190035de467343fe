//! The contestants of the benchmark that are written in Rust; `www/bench.js` runs them.
//!
//! - `streams.rs` receives a burst of events in each way that an app may;
//! - `fetch.rs` receives it over `fetch()`;
//! - `decode.rs` decodes texts without any network.

mod decode;
#[cfg(feature = "fetch")]
mod fetch;
mod streams;
