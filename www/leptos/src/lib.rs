//! The dashboard in Leptos.
