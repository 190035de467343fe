//! The connection of the readings: its state, its interval, and the buttons that act on it.

use gloo_net::http::Request;
use serde::Deserialize;
use wasm_bindgen_futures::spawn_local;
use wasm_eventsource::{CloseReason, State, yew::UseEventSourceFoldHandle};
use yew::prelude::*;

use crate::{
    clock::ServerClock,
    live::{Live, PACES, machine_key},
};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub live: UseEventSourceFoldHandle<Live>,
    pub pace: UseStateHandle<u32>,
}

#[component]
pub fn Connection(Props { live, pace }: &Props) -> Html {
    let answer = use_state(|| {
        "Let it cut the connection, and the browser comes back. Let it send its close event, and no request \
         follows."
            .to_owned()
    });
    let key = machine_key(**pace);
    let state = live.state();
    let is_closed = matches!(state, State::Closed(_));
    let [reason, text, details] = in_words(&state);
    let (count, last_id) = live.with(|live| {
        let last_id = live.log.last_id();
        (
            live.log.count(),
            if last_id.is_empty() { "–" } else { last_id }.to_owned(),
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
    let tell_server = |action: &'static str, done: &'static str| {
        let (key, answer) = (key.clone(), answer.clone());
        move |_| {
            let (url, answer) = (format!("/control/{key}/{action}"), answer.clone());
            spawn_local(async move {
                answer.set(match control(&url).await {
                    Ok(Reached { streams: 0 }) => "The server has no open stream.".to_owned(),
                    Ok(_) => done.to_owned(),
                    Err(error) => format!("The server did not answer: {error}"),
                });
            });
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
                <p class="badge" id="state" role="status" data-state={state.to_string()} data-reason={reason}>
                    <span class="dot" aria-hidden="true"></span>
                    <span id="state-text">{ text }</span>
                </p>
            </div>
            <dl class="facts">
                <div><dt>{ "Events" }</dt><dd id="messages" class="number">{ count }</dd></div>
                <div><dt>{ "Last event ID" }</dt><dd id="last-id" class="number">{ last_id }</dd></div>
                <div><dt>{ "Server’s time" }</dt><dd class="number"><ServerClock /></dd></div>
                <div class="wide"><dt>{ "State" }</dt><dd id="reason">{ details }</dd></div>
                if let Some(error) = live.error() {
                    <div class="wide problem"><dt>{ "Error" }</dt><dd role="alert">{ error.to_string() }</dd></div>
                }
            </dl>
            <div class="buttons">
                <span>{ "This page:" }</span>
                <button type="button" id={if is_closed { "open" } else { "close" }} class="primary" onclick={toggle}>
                    { if is_closed { "Open" } else { "Close" } }
                </button>
                <span id="pace-label">{ "A reading every:" }</span>
                <div class="paces" role="group" aria-labelledby="pace-label">
                    for choice in PACES {
                        <button type="button" id={format!("pace-{choice}")} onclick={choose(choice)}
                            aria-pressed={(choice == **pace).to_string()}>
                            { format!("{} s", f64::from(choice) / 1000.0) }
                        </button>
                    }
                </div>
                <span>{ "The server:" }</span>
                <button type="button" id="server-drop" onclick={tell_server("drop", "The server cut the connection.")}>
                    { "Drop the connection" }
                </button>
                <button type="button" id="server-close" onclick={tell_server("close", "The server sent the close event.")}>
                    { "Send close" }
                </button>
            </div>
            <div class="proof">
                <h3>{ "What the server did" }<code id="key">{ &key }</code></h3>
                <p id="server-answer" role="status">{ &*answer }</p>
            </div>
        </section>
    }
}

/// The kind of the close reason, for the style sheet; the state in a few words, and in all.
fn in_words(state: &State) -> [String; 3] {
    let (kind, short, details) = match state {
        State::Reconnecting { attempt, cause, .. } => {
            ("", state.to_string(), format!("attempt {attempt}: {cause}"))
        }
        State::Closed(reason) => {
            let (kind, who) = match reason {
                CloseReason::Rule(_) => ("rule", "by the server"),
                CloseReason::Called => ("called", "by this page"),
                CloseReason::Failed(_) => ("failed", "failed"),
                _ => ("ended", "it ended"),
            };
            (kind, format!("closed: {who}"), reason.to_string())
        }
        _ => ("", state.to_string(), state.to_string()),
    };
    [kind.to_owned(), short, details]
}

/// The number of streams that the server found under the key.
#[derive(Deserialize)]
struct Reached {
    streams: u32,
}

async fn control(url: &str) -> Result<Reached, gloo_net::Error> {
    Request::post(url).send().await?.json().await
}
