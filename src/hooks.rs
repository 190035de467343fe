//! Hooks for components. `source.rs` says what a component can open; `store.rs` runs it, and knows nothing
//! of any framework; an adapter for each framework says how to render, and when to open.
//!
//! A new adapter implements [`store::View`], gives the store its closures, and calls `open` after the first
//! render and `unmount` at the end.

mod source;
mod store;

#[cfg(feature = "leptos")]
pub mod leptos;
#[cfg(feature = "yew")]
pub mod yew;
