//! Hooks for components. `source.rs` has the targets that a component can open; `store.rs` runs it,
//! independent of the framework; an adapter for each framework renders, and decides when to open.
//!
//! A new adapter implements [`store::View`], gives the store its closures, and calls `open` after the first
//! render and `unmount` at the end.

mod source;
mod store;

#[cfg(feature = "leptos")]
pub mod leptos;
#[cfg(feature = "yew")]
pub mod yew;
