//! What the crate promises, shown against the scenario server; a file a promise.

mod buffers;
mod bursts;
mod callbacks;
mod cleanup;
mod endings;
mod failures;
#[cfg(feature = "fetch")]
mod fetch;
#[cfg(feature = "js")]
mod js_values;
mod messages;
mod native;
mod observe;
mod reconnecting;
mod scenario;
mod states;
mod typed;
