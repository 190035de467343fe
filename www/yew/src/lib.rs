//! A dashboard in Yew. Its live data comes from the hooks of `wasm_eventsource::yew`:
//!
//! - `live.rs`: the readings of the machine, folded into one value;
//! - `machine.rs`, `connection.rs`, `events.rs`: the cards that show this value;
//! - `history.rs`: the last minute of a series, as lines to draw;
//! - `reply.rs`: a reply, token by token;
//! - `clock.rs`: a component with an event source at its smallest.

#![forbid(unsafe_code)]
// On the host only the tests run.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

mod clock;
mod connection;
mod events;
mod history;
mod live;
mod machine;
mod reading;
mod reply;

use std::sync::LazyLock;

use yew::prelude::*;

use live::Dashboard;

/// The name under which the scenario server knows this page; each load of the page has another.
static PAGE_KEY: LazyLock<String> = LazyLock::new(|| {
    let random = js_sys::Math::random().to_bits() & 0xffff_ffff;
    format!("yew-{random:x}")
});

/// The page. The button in its header unmounts the dashboard, and mounts it again.
#[component]
fn App() -> Html {
    let is_mounted = use_state(|| true);
    let toggle = {
        let is_mounted = is_mounted.clone();
        move |_| is_mounted.set(!*is_mounted)
    };
    html! {
        <>
            <header class="top">
                <img class="mark" src="../icon.svg" alt="" width="36" height="36" />
                <div class="title">
                    <h1>{ "wasm-eventsource in Yew" }</h1>
                    <p>{ "Hooks for server-sent events: typed, ordered, and closed with their component." }</p>
                </div>
                <button type="button" id="mount" onclick={toggle}>
                    { if *is_mounted { "Unmount" } else { "Mount" } }
                </button>
            </header>
            if *is_mounted {
                <Dashboard />
            } else {
                <p class="card unmounted" role="status">
                    { "The dashboard is unmounted, and its connections are closed." }
                </p>
            }
        </>
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
fn start() {
    yew::Renderer::<App>::new().render();
}
