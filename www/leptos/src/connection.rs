//! The connection of the readings: its state, how often they come, and how it is closed and opened.

use dashboard::{Action, Badge, HINT, Live, PACES, machine_key, pace_text, page_key};
use leptos::{prelude::*, task::spawn_local};
use wasm_eventsource::{State, leptos::UseEventSourceFoldReturn};

use crate::clock::ServerClock;

#[component]
pub fn Connection(live: UseEventSourceFoldReturn<Live>, pace: RwSignal<u32>) -> impl IntoView {
    let told = RwSignal::new(HINT.to_owned());
    let badge = Memo::new(move |_| live.state.with(|state| Badge::from(state)));
    let is_closed = move || live.state.with(|state| matches!(state, State::Closed(_)));
    let count = move || live.value.with(|live| live.log.count());
    let last_id = move || {
        live.value
            .with(|live| live.log.last_id().unwrap_or("–").to_owned())
    };
    let error = move || {
        live.error
            .with(|error| error.as_ref().map(ToString::to_string))
    };

    let toggle = move |_| {
        if is_closed() {
            live.reopen()
        } else {
            live.close()
        }
    };
    let tell = move |action: Action| {
        let key = machine_key(pace.get());
        spawn_local(async move { told.set(action.take(key).await) });
    };
    let choice = move |choice: u32| {
        view! {
            <button type="button" id=format!("pace-{choice}") on:click=move |_| pace.set(choice)
                aria-pressed=move || (choice == pace.get()).to_string()>
                {pace_text(choice)}
            </button>
        }
    };

    view! {
        <section class="card connection" aria-labelledby="connection-title">
            <div class="card-head">
                <h2 id="connection-title">"Connection"</h2>
                <p class="badge" id="state" role="status" data-state=move || badge.get().state data-reason=move || badge.get().reason>
                    <span class="dot" aria-hidden="true"></span>
                    <span id="state-text">{move || badge.get().text}</span>
                </p>
            </div>
            <dl class="facts">
                <div><dt>"Events"</dt><dd id="count" class="number">{count}</dd></div>
                <div><dt>"Last event ID"</dt><dd id="last-id" class="number">{last_id}</dd></div>
                <div><dt>"Server’s time"</dt><dd class="number"><ServerClock /></dd></div>
                <div class="wide"><dt>"State"</dt><dd id="details">{move || badge.get().details}</dd></div>
                {move || error().map(|error| view! {
                    <div class="wide wrong"><dt>"Error"</dt><dd id="error" role="alert">{error}</dd></div>
                })}
            </dl>
            <div class="buttons">
                <span>"This page:"</span>
                <button type="button" id="toggle" class="primary" on:click=toggle>
                    {move || if is_closed() { "Open" } else { "Close" }}
                </button>
                <span id="pace-label">"A reading every:"</span>
                <div class="paces" role="group" aria-labelledby="pace-label">{PACES.map(choice)}</div>
                <span>"The server:"</span>
                <button type="button" id="server-drop" on:click=move |_| tell(Action::Drop)>"Drop the connection"</button>
                <button type="button" id="server-close" on:click=move |_| tell(Action::Close)>"Send close"</button>
            </div>
            <div class="proof">
                <h3>"What the server did"<code id="key">{page_key()}</code></h3>
                <p id="told" role="status">{told}</p>
            </div>
        </section>
    }
}
