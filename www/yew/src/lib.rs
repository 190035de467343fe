//! A dashboard in Yew. What is live in it comes from the hooks of `wasm_eventsource::yew`: see
//! `live.rs`, `reply.rs` and `clock.rs`.

#![forbid(unsafe_code)]
// On the host there is no page.
#![cfg(target_arch = "wasm32")]

mod clock;
mod connection;
mod events;
mod live;
mod machine;
mod reply;

use yew::prelude::*;

use live::Dashboard;

/// The page: all that is live can be taken away, and comes back.
#[component]
pub fn App() -> Html {
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

#[wasm_bindgen::prelude::wasm_bindgen(start)]
fn start() {
    yew::Renderer::<App>::new().render();
}
