//! A language model's reply, token by token: nothing is opened before there is a question, and each
//! question opens a stream of its own.

use dashboard::{Progress, QUESTIONS, Question, Reply};
use leptos::{ev::SubmitEvent, html, prelude::*};
use wasm_eventsource::leptos::use_event_source_fold;

#[component]
pub fn ReplyCard() -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let prompt = RwSignal::new(QUESTIONS[0].to_owned());
    let question = RwSignal::new(None::<Question>);
    let reply = use_event_source_fold(
        move || question.get().as_ref().map(Question::ask),
        Reply::default,
        Reply::fold,
    );
    let progress = Memo::new(move |_| Progress::new(question.get().as_ref(), &reply.state.get()));
    let is_streaming = move || progress.get().is_streaming();
    let text = move || reply.value.with(|reply| reply.text.clone());
    let note = move || reply.value.with(|reply| reply.note(progress.get()));
    let error = move || {
        reply
            .error
            .with(|error| error.as_ref().map(ToString::to_string))
    };

    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        question.update(|question| {
            *question = Some(Question::after(question.as_ref(), prompt.get()));
        });
    };
    let stop = move |_| {
        reply.close();
        // The button that has the focus cannot be used any more.
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    };

    view! {
        <section class="card reply" id="reply" aria-labelledby="reply-title" data-state=move || progress.get().to_string()
            data-key=move || question.get().as_ref().map(Question::key)>
            <div class="card-head">
                <h2 id="reply-title">"A reply, token by token"</h2>
                <p class="note" id="reply-note" role="status">{note}</p>
            </div>
            <form class="ask" on:submit=ask>
                <label class="visually-hidden" for="prompt">"Question"</label>
                <input id="prompt" node_ref=input list="questions" autocomplete="off" bind:value=prompt />
                <datalist id="questions">{QUESTIONS.map(|question| view! { <option value=question></option> })}</datalist>
                <button type="submit" id="ask" class="primary">"Ask"</button>
                <button type="button" id="stop" disabled=move || !is_streaming() on:click=stop>"Stop"</button>
            </form>
            <div class="answer" tabindex="0" role="region" aria-label="Reply" aria-live="polite"
                aria-busy=move || is_streaming().to_string()>
                <p id="reply-text">{text}</p>
            </div>
            {move || error().map(|error| view! { <p class="note wrong" role="alert">{error}</p> })}
        </section>
    }
}
