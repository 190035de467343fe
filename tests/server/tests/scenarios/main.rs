//! The scenario server, asked over real connections. The tests wait for facts, never for a while.

mod answers;
mod control;
mod facts;
mod files;
mod program;

mod streams;
mod support;
