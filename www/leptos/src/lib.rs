//! A dashboard in Leptos. What is live in it comes as signals of `wasm_eventsource::leptos`: see
//! `live.rs`, `reply.rs` and `clock.rs`.

#![forbid(unsafe_code)]
// On the host there is no page.
#![cfg(target_arch = "wasm32")]
// The macro `component` makes builders that nobody prints.
#![allow(missing_debug_implementations)]

mod clock;
mod connection;
mod events;
mod live;
mod machine;
mod reply;

use leptos::prelude::*;

use live::Dashboard;

/// The page: all that is live can be taken away, and comes back.
#[component]
pub fn App() -> impl IntoView {
    let is_mounted = RwSignal::new(true);
    let toggle = move |_| is_mounted.update(|is_mounted| *is_mounted = !*is_mounted);
    view! {
        <header class="top">
            <img class="mark" src="../icon.svg" alt="" width="36" height="36" />
            <div class="title">
                <h1>"wasm-eventsource in Leptos"</h1>
                <p>"Signals of server-sent events: typed, ordered, and closed with their component."</p>
            </div>
            <button type="button" id="mount" on:click=toggle>
                {move || if is_mounted.get() { "Unmount" } else { "Mount" }}
            </button>
        </header>
        <Show
            when=move || is_mounted.get()
            fallback=|| view! {
                <p class="card unmounted" role="status">
                    "The dashboard is unmounted, and its connections are closed."
                </p>
            }
        >
            <Dashboard />
        </Show>
    }
}

#[wasm_bindgen::prelude::wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(App);
}
