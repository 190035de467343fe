//! A small app in Leptos to copy from: the live readings of a machine as a typed enum, and the reply of a
//! language model, token by token.

#![forbid(unsafe_code)]
#![cfg(target_arch = "wasm32")]
// The macro `component` makes builders without `Debug`.
#![allow(missing_debug_implementations)]

use leptos::{ev::SubmitEvent, prelude::*};
use serde::Deserialize;
use wasm_eventsource::{
    CloseReason, CloseRule, Error, EventSource, State, leptos::use_event_source_fold,
};

/// The names of the events, and the JSON of each.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reading {
    Cpu { cores: Vec<f64> },
    Memory { used: f64, total: f64 },
}

/// The value that the events are folded into.
#[derive(Default)]
struct Machine {
    readings: u32,
    cores: String,
    memory: String,
}

impl Machine {
    fn fold(&mut self, reading: Result<Reading, Error>) {
        self.readings += 1;
        match reading {
            Ok(Reading::Cpu { cores }) => {
                let cores: Vec<_> = cores.iter().map(|core| format!("{core:.0} %")).collect();
                self.cores = cores.join(" · ");
            }
            Ok(Reading::Memory { used, total }) => {
                let [used, total] = [used, total].map(|bytes| bytes / f64::from(1 << 30));
                self.memory = format!("{used:.2} of {total:.1} GiB");
            }
            Err(_) => {} // in the signal `error`
        }
    }
}

#[component]
fn MachineCard(key: String) -> impl IntoView {
    let url = format!("/machine?key={key}");
    let machine = use_event_source_fold(move || url.clone(), Machine::default, Machine::fold);
    let state = move || machine.state.get().to_string(); // connecting, open, reconnecting, closed
    let shown = move |show: fn(&Machine) -> String| move || machine.value.with(show);
    view! {
        <section class="card">
            <div class="card-head">
                <h2>"This machine, live"</h2>
                <p class="badge" id="state" role="status" data-state=state><span class="dot" />{state}</p>
            </div>
            <dl class="facts">
                <div><dt>"Readings"</dt><dd id="messages">{shown(|machine| machine.readings.to_string())}</dd></div>
                <div><dt>"CPU per core"</dt><dd id="cores">{shown(|machine| machine.cores.clone())}</dd></div>
                <div><dt>"Memory"</dt><dd id="memory-now">{shown(|machine| machine.memory.clone())}</dd></div>
            </dl>
            <p class="buttons">
                <button id="close" on:click=move |_| machine.close()>"Stop"</button>
                <button id="open" on:click=move |_| machine.reopen()>"Again"</button>
                <code id="key">{key}</code>
            </p>
            <p class="problem">{move || machine.error.with(|error| error.as_ref().map(Error::to_string))}</p>
        </section>
    }
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

#[component]
fn ReplyCard(key: String) -> impl IntoView {
    let prompt = RwSignal::new("What are server-sent events?".to_owned());
    let question = RwSignal::new(None::<String>);
    let reply = use_event_source_fold(
        // Without a question, no connection is opened.
        move || {
            question.get().map(|prompt| {
                EventSource::fetch(format!("/reply?key={key}"))
                    .method("POST")
                    .json(&serde_json::json!({ "prompt": prompt }))
                    .close_on(CloseRule::data("[DONE]"))
                    .typed_event::<Token>("message")
            })
        },
        String::new,
        |text, token| {
            if let Ok(Token { token }) = token {
                text.push_str(&token);
            }
        },
    );
    let progress = move || match reply.state.get() {
        _ if question.with(Option::is_none) => "idle",
        State::Closed(CloseReason::Rule(_)) => "complete",
        State::Closed(CloseReason::Called) => "stopped",
        State::Closed(_) => "failed",
        _ => "streaming",
    };
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        question.set(Some(prompt.get()));
    };
    view! {
        <section class="card" id="reply" data-state=progress>
            <h2>"A reply, token by token: "<span role="status">{progress}</span></h2>
            <form class="ask" on:submit=ask>
                <input id="prompt" aria-label="Question" bind:value=prompt />
                <button id="ask" class="primary">"Ask"</button>
                <button type="button" id="stop" on:click=move |_| reply.close()>"Stop"</button>
            </form>
            <p class="answer" id="answer">{reply.value}</p>
            <p class="problem">{move || reply.error.with(|error| error.as_ref().map(Error::to_string))}</p>
        </section>
    }
}

#[component]
fn App() -> impl IntoView {
    // The demo's server knows a stream by its key.
    let key = format!("leptos-{:x}", js_sys::Math::random().to_bits());
    let reply_key = format!("{key}-reply");
    view! {
        <h1>"wasm-eventsource in Leptos"</h1>
        <MachineCard key />
        <ReplyCard key=reply_key />
    }
}

#[wasm_bindgen::prelude::wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(App);
}
