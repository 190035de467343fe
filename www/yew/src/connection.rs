//! The connection of the readings: its state, how often they come, and how it is closed and opened.

use dashboard::{Action, Badge, HINT, Live, PACES, machine_key, pace_text, page_key};
use wasm_bindgen_futures::spawn_local;
use wasm_eventsource::{State, yew::UseEventSourceFoldHandle};
use yew::prelude::*;

use crate::clock::ServerClock;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub live: UseEventSourceFoldHandle<Live>,
    pub pace: UseStateHandle<u32>,
}

#[component]
pub fn Connection(Props { live, pace }: &Props) -> Html {
    let told = use_state(|| HINT.to_owned());
    let badge = Badge::from(&live.state());
    let is_closed = matches!(live.state(), State::Closed(_));
    let (count, last_id) = live.with(|live| {
        (
            live.log.count(),
            live.log.last_id().unwrap_or("–").to_owned(),
        )
    });

    let toggle = {
        let live = live.clone();
        move |_| {
            if is_closed {
                live.reopen()
            } else {
                live.close()
            }
        }
    };
    let tell = |action: Action| {
        let (key, told) = (machine_key(**pace), told.clone());
        move |_| {
            let (key, told) = (key.clone(), told.clone());
            spawn_local(async move { told.set(action.take(key).await) });
        }
    };
    let choose = |chosen: u32| {
        let pace = pace.clone();
        move |_| pace.set(chosen)
    };

    html! {
        <section class="card connection" aria-labelledby="connection-title">
            <div class="card-head">
                <h2 id="connection-title">{ "Connection" }</h2>
                <p class="badge" id="state" role="status" data-state={badge.state} data-reason={badge.reason}>
                    <span class="dot" aria-hidden="true"></span>
                    <span id="state-text">{ badge.text }</span>
                </p>
            </div>
            <dl class="facts">
                <div><dt>{ "Events" }</dt><dd id="count" class="number">{ count }</dd></div>
                <div><dt>{ "Last event ID" }</dt><dd id="last-id" class="number">{ last_id }</dd></div>
                <div><dt>{ "Server’s time" }</dt><dd class="number"><ServerClock /></dd></div>
                <div class="wide"><dt>{ "State" }</dt><dd id="details">{ badge.details }</dd></div>
                if let Some(error) = live.error() {
                    <div class="wide wrong"><dt>{ "Error" }</dt><dd id="error" role="alert">{ error.to_string() }</dd></div>
                }
            </dl>
            <div class="buttons">
                <span>{ "This page:" }</span>
                <button type="button" id="toggle" class="primary" onclick={toggle}>
                    { if is_closed { "Open" } else { "Close" } }
                </button>
                <span id="pace-label">{ "A reading every:" }</span>
                <div class="paces" role="group" aria-labelledby="pace-label">
                    for choice in PACES {
                        <button type="button" id={format!("pace-{choice}")} onclick={choose(choice)}
                            aria-pressed={(choice == **pace).to_string()}>
                            { pace_text(choice) }
                        </button>
                    }
                </div>
                <span>{ "The server:" }</span>
                <button type="button" id="server-drop" onclick={tell(Action::Drop)}>{ "Drop the connection" }</button>
                <button type="button" id="server-close" onclick={tell(Action::Close)}>{ "Send close" }</button>
            </div>
            <div class="proof">
                <h3>{ "What the server did" }<code id="key">{ page_key() }</code></h3>
                <p id="told" role="status">{ &*told }</p>
            </div>
        </section>
    }
}
