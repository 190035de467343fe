//! The scenario server, asked over real connections. The tests wait for facts, never for a while.

mod control;
mod facts;
mod program;
mod requests;
mod streams;
mod support;
