//! The component that is rendered on the host, and hydrated in browsers.

use serde::Deserialize;
use wasm_eventsource::yew::use_event_source;
use yew::prelude::*;

/// What a server makes of the component. `tests/server.rs` sees that it does, and the browser tests
/// hydrate it.
pub const RENDERED: &str = include_str!("../rendered.html");

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Feed {
    Message { n: u32 },
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub url: Option<AttrValue>,
}

/// The newest event.
#[component]
pub fn Newest(props: &Props) -> Html {
    let feed = use_event_source::<Feed>(props.url.clone());
    let latest = match feed.latest().as_deref() {
        Some(Feed::Message { n }) => n.to_string(),
        None => "none".to_owned(),
    };
    html! { <p>{ format!("{}, {latest}", feed.state()) }</p> }
}
