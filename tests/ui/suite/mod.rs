//! What the hooks promise, whatever the framework: a file a promise. Each framework's package has these
//! tests for its own, and tells by [`mount`](crate::mount) how a component is made.

mod bursts;
mod changing;
mod closing;
mod errors;
pub mod harness;
mod leaving;
mod panicking;
mod reconnecting;
mod restarting;
mod retrying;
// Some of what they offer is for the crate's own suite.
#[expect(dead_code)]
#[path = "../../web/observe.rs"]
pub mod observe;
#[expect(dead_code)]
#[path = "../../web/scenario.rs"]
pub mod scenario;
mod streams;
mod values;

pub type Scenario = scenario::Scenario<false>;
