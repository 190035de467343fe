//! A server with a route per server-sent-events behaviour.
//!
//! The demo page, the browser tests and the benchmarks need a server that misbehaves on request:
//! one that ends, cuts, refuses, stays silent or floods, and that tells afterwards what it saw.
//! This is it. Every stream route takes a key, picked by the test; the facts observed under that
//! key can be waited for, so no test has to sleep, and what the open streams say next can be
//! dictated from outside.
//!
//! ```no_run
//! # async fn example() -> Result<(), scenario_server::BindError> {
//! use scenario_server::{Options, Server};
//!
//! let server = Server::bind(Options::default()).await?;
//! println!("try curl -N {}/time", server.url());
//! # server.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! It reflects any origin and allows credentials, and it can cut its own connections: run it on
//! the loopback interface, for tests and demonstrations only.
//!
//! # Where things are
//!
//! - `server`: the accept loop, and the switch that cuts a connection
//! - `counts`: the facts kept under each key, and the open streams that can be reached
//! - `client`: what every stream route knows of the request it answers
//! - `socket`: the socket, which tells when all has left and when the client takes no more
//! - `stream`: the response body that follows a script and obeys the control routes
//! - `sse`: events as bytes
//! - `machine`: the shared sampler behind `/machine`
//! - `routes`: the routes, a file for each family
//!
#![doc = include_str!("../ROUTES.md")]
#![forbid(unsafe_code)]

mod client;
mod counts;
mod machine;
mod routes;
mod server;
mod socket;
mod sse;
mod stream;

pub use counts::Counts;
pub use server::{BindError, Options, Server};
