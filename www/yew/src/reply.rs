//! A language model's reply, token by token: each question opens a stream.

use serde::{Deserialize, Serialize};
use wasm_eventsource::{
    CloseReason, CloseRule, Error, EventSource, EventStream, OpenError, State,
    yew::use_event_source_fold_with,
};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::PAGE_KEY;

const QUESTIONS: [&str; 3] = [
    "What are server-sent events?",
    "What happens when a stream has to reconnect?",
    "And how is it in Rust?",
];

/// The number makes the same words another question.
#[derive(Clone, PartialEq, Serialize)]
struct Question {
    prompt: String,
    #[serde(skip)]
    number: u32,
}

impl Question {
    /// The scenario server's name for the stream of the reply.
    fn key(&self) -> String {
        format!("{}-reply-{}", *PAGE_KEY, self.number)
    }

    fn ask(&self) -> Result<EventStream<Token>, OpenError> {
        EventSource::fetch(format!("/reply?key={}", self.key()))
            .method("POST")
            .json(self)
            .close_on(CloseRule::data("[DONE]"))
            .typed_event("message")
    }
}

/// `data: {"token":"Hel"}`
#[derive(Deserialize)]
struct Token {
    token: String,
}

/// The result of a reply.
#[derive(Default)]
struct Reply {
    text: String,
    tokens: u32,
}

impl Reply {
    fn fold(&mut self, token: Result<Token, Error>) {
        if let Ok(Token { token }) = token {
            self.text += &token;
            self.tokens += 1;
        }
    }
}

#[component]
pub fn ReplyCard() -> Html {
    let input = use_node_ref();
    let prompt = use_state(|| QUESTIONS[0].to_owned());
    let question = use_state(|| None::<Question>);
    let reply = use_event_source_fold_with(
        (*question).clone(),
        |question| question.as_ref().map(Question::ask),
        Reply::default,
        Reply::fold,
    );
    let progress = match reply.state() {
        // Before the first question the connection is closed, too.
        _ if question.is_none() => "idle",
        State::Closed(CloseReason::Called) => "stopped",
        State::Closed(CloseReason::Rule(_)) => "complete",
        State::Closed(_) => "failed",
        _ => "streaming",
    };
    let is_streaming = progress == "streaming";
    let (text, tokens) = reply.with(|reply| (reply.text.clone(), reply.tokens));
    let note = match (progress, tokens) {
        ("idle", _) => String::new(),
        ("streaming", 0) => "asking …".to_owned(),
        _ => format!("{progress}: {tokens} tokens"),
    };

    let write = {
        let prompt = prompt.clone();
        move |event: InputEvent| {
            prompt.set(event.target_unchecked_into::<HtmlInputElement>().value())
        }
    };
    let ask = {
        let (prompt, question) = (prompt.clone(), question.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let number = 1 + question.as_ref().map_or(0, |before| before.number);
            let prompt = (*prompt).clone();
            question.set(Some(Question { prompt, number }));
        }
    };
    let stop = {
        let (input, reply) = (input.clone(), reply.clone());
        move |_| {
            reply.close();
            // This button has the focus, and is disabled now.
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        }
    };

    let key = question.as_ref().map(Question::key);
    html! {
        <section class="card reply" id="reply" aria-labelledby="reply-title" data-state={progress} data-key={key}>
            <div class="card-head">
                <h2 id="reply-title">{ "A reply, token by token" }</h2>
                <p class="note" id="reply-note" role="status">{ note }</p>
            </div>
            <form class="ask" onsubmit={ask}>
                <label class="visually-hidden" for="prompt">{ "Question" }</label>
                <input id="prompt" ref={input} list="questions" autocomplete="off"
                    value={(*prompt).clone()} oninput={write} />
                <datalist id="questions">
                    for question in QUESTIONS { <option value={question} /> }
                </datalist>
                <button type="submit" id="ask" class="primary">{ "Ask" }</button>
                <button type="button" id="stop" disabled={!is_streaming} onclick={stop}>{ "Stop" }</button>
            </form>
            <div class="answer" tabindex="0" role="region" aria-label="Reply" aria-live="polite"
                aria-busy={is_streaming.to_string()}>
                <p id="answer">{ text }</p>
            </div>
            if let Some(error) = reply.error() {
                <p class="note problem" role="alert">{ error.to_string() }</p>
            }
        </section>
    }
}
