//! The component that is rendered on the host, and hydrated in browsers.

use leptos::prelude::*;
use serde::Deserialize;
use wasm_eventsource::leptos::use_event_source;

/// What a server makes of the component. `tests/server.rs` sees that it does, and the browser tests
/// hydrate it.
pub const RENDERED: &str = include_str!("../rendered.html");

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Feed {
    Message { n: u32 },
}

/// The newest event.
#[component]
pub fn Newest(#[prop(into)] url: Signal<Option<String>>) -> impl IntoView {
    let feed = use_event_source::<Feed, _>(move || url.get());
    let latest = move || {
        feed.latest.with(|latest| match latest {
            Some(Feed::Message { n }) => n.to_string(),
            None => "none".to_owned(),
        })
    };
    view! { <p>{move || format!("{}, {}", feed.state.get(), latest())}</p> }
}
