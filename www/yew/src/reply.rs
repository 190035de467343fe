//! A language model's reply: asked for with a prompt, shown token by token, and stopped by a button.

use dashboard::{Reply, progress};
use wasm_eventsource::yew::use_event_source_fold_with;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::Props;

/// The prompt is what the reply depends on, and its number, so that one can ask the same again. Before
/// the first there is nothing to open.
#[component]
pub fn ReplyPanel(props: &Props) -> Html {
    let input = use_node_ref();
    let asked = use_state(|| (0, String::new()));
    let (number, _) = *asked;
    let reply = {
        let server = props.server.clone();
        use_event_source_fold_with(
            (*asked).clone(),
            move |(number, prompt)| (*number > 0).then(|| server.reply(*number, prompt)),
            Reply::default,
            Reply::take,
        )
    };
    let ask = {
        let (input, asked) = (input.clone(), asked.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(input) = input.cast::<HtmlInputElement>() {
                asked.set((number + 1, input.value()));
            }
        }
    };
    let stop = {
        let reply = reply.clone();
        move |_| reply.close()
    };
    let progress = progress(number > 0, &reply.state());
    reply.with(|Reply { text, tokens }| html! {
        <section class="card reply" id="reply" aria-labelledby="reply-title" data-state={progress}
            data-count={tokens.to_string()} data-key={props.server.reply_key(number)}>
            <div class="card-head">
                <h2 id="reply-title">{ "A reply, token by token" }</h2>
                <p class="note" role="status">{ format!("{progress}, {tokens} tokens") }</p>
            </div>
            <form class="ask" onsubmit={ask}>
                <label class="visually-hidden" for="prompt">{ "Question" }</label>
                <input id="prompt" ref={input} autocomplete="off" value="What are server-sent events?" />
                <button type="submit" id="ask" class="primary">{ "Ask" }</button>
                <button type="button" id="stop" onclick={stop}>{ "Stop" }</button>
            </form>
            <div class="answer" id="answer" tabindex="0" role="region" aria-label="Reply"
                aria-live="polite" aria-busy={(progress == "streaming").to_string()}>{ text }</div>
        </section>
    })
}
