//! The dashboard in Yew: what is live on this page comes by the hooks of `wasm_eventsource::yew`.

#![forbid(unsafe_code)]
// On the host there is no page.
#![cfg(target_arch = "wasm32")]

mod machine;
mod reply;

use dashboard::Server;
use wasm_bindgen::prelude::*;
use wasm_eventsource::yew::use_event_source_with;
use yew::prelude::*;

use crate::{machine::MachinePanel, reply::ReplyPanel};

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
    yew::Renderer::<App>::new().render();
}

/// What the live parts have in common.
#[derive(PartialEq, Properties)]
pub struct Props {
    pub server: Server,
}

#[component]
fn App() -> Html {
    let server = use_memo((), |()| Server::new());
    let is_live = use_state(|| true);
    let toggle = {
        let is_live = is_live.clone();
        move |_| is_live.set(!*is_live)
    };
    html! {
        <>
            <header class="top">
                <img class="mark" src="/icon.svg" alt="" width="36" height="36" />
                <div class="title">
                    <h1>{ "wasm-eventsource in Yew" }</h1>
                    <p>{ "A hook in a component, and it has live, typed data." }</p>
                </div>
                if *is_live {
                    <Clock server={(*server).clone()} />
                }
                <button type="button" id="mount" aria-pressed={is_live.to_string()} onclick={toggle}>
                    { if *is_live { "Unmount" } else { "Mount" } }
                </button>
            </header>
            if *is_live {
                <main>
                    <MachinePanel server={(*server).clone()} />
                    <ReplyPanel server={(*server).clone()} />
                </main>
            } else {
                <main class="card unmounted" id="unmounted">
                    <p>{ "The live part is unmounted, and its connections are closed." }</p>
                </main>
            }
        </>
    }
}

/// The server's time: of its events only the newest is of interest.
#[component]
fn Clock(props: &Props) -> Html {
    let time = use_event_source_with(props.server.clone(), Server::time);
    html! {
        <p class="note">
            { "server time " }
            <time class="number" id="time">
                { time.latest().map_or("–".to_owned(), |time| dashboard::clock(*time)) }
            </time>
        </p>
    }
}
