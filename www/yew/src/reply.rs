//! A language model's reply, token by token: nothing is opened before there is a question, and each
//! question opens a stream of its own.

use dashboard::{Progress, QUESTIONS, Question, Reply};
use wasm_eventsource::yew::use_event_source_fold_with;
use web_sys::HtmlInputElement;
use yew::prelude::*;

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
    let progress = Progress::new(question.as_ref(), &reply.state());

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
            question.set(Some(Question::after(question.as_ref(), (*prompt).clone())));
        }
    };
    let stop = {
        let (input, reply) = (input.clone(), reply.clone());
        move |_| {
            reply.close();
            // The button that has the focus cannot be used any more.
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        }
    };

    let key = question.as_ref().map(Question::key);
    let (text, note) = reply.with(|reply| (reply.text.clone(), reply.note(progress)));
    html! {
        <section class="card reply" id="reply" aria-labelledby="reply-title" data-state={progress.to_string()} data-key={key}>
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
                <button type="button" id="stop" disabled={!progress.is_streaming()} onclick={stop}>{ "Stop" }</button>
            </form>
            <div class="answer" tabindex="0" role="region" aria-label="Reply" aria-live="polite"
                aria-busy={progress.is_streaming().to_string()}>
                <p id="reply-text">{ text }</p>
            </div>
            if let Some(error) = reply.error() {
                <p class="note wrong" role="alert">{ error.to_string() }</p>
            }
        </section>
    }
}
