//! The dashboard in Leptos: what is live on this page comes by the signals of `wasm_eventsource::leptos`.

#![forbid(unsafe_code)]
// On the host there is no page.
#![cfg(target_arch = "wasm32")]

mod machine;
mod reply;

use dashboard::Server;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_eventsource::leptos::use_event_source;

use crate::{machine::MachinePanel, reply::ReplyPanel};

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let server = StoredValue::new(Server::new());
    let (is_live, set_live) = signal(true);
    let live = move || {
        view! {
            <main>
                <MachinePanel server=server.get_value() />
                <ReplyPanel server=server.get_value() />
            </main>
        }
    };
    let unmounted = || {
        view! {
            <main class="card unmounted" id="unmounted">
                <p>"The live part is unmounted, and its connections are closed."</p>
            </main>
        }
    };
    view! {
        <header class="top">
            <img class="mark" src="/icon.svg" alt="" width="36" height="36" />
            <div class="title">
                <h1>"wasm-eventsource in Leptos"</h1>
                <p>"A line in a component, and it has live, typed data."</p>
            </div>
            <Show when=move || is_live.get()>
                <Clock server=server.get_value() />
            </Show>
            <button
                type="button"
                id="mount"
                aria-pressed=move || is_live.get().to_string()
                on:click=move |_| set_live.update(|live| *live = !*live)
            >
                {move || if is_live.get() { "Unmount" } else { "Mount" }}
            </button>
        </header>
        <Show when=move || is_live.get() fallback=unmounted>
            {live}
        </Show>
    }
}

/// The server's time: of its events only the newest is of interest.
#[component]
fn Clock(server: Server) -> impl IntoView {
    let time = use_event_source(move || server.time());
    view! {
        <p class="note">
            "server time "
            <time class="number" id="time">
                {move || time.latest.get().map_or("–".to_owned(), dashboard::clock)}
            </time>
        </p>
    }
}
