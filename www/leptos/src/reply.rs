//! A language model's reply: asked for with a prompt, shown token by token, and stopped by a button.

use dashboard::{Reply, Server, progress};
use leptos::{ev::SubmitEvent, html, prelude::*};
use wasm_eventsource::leptos::use_event_source_fold;

/// The prompt is a signal, with a number, so that one can ask the same again. Before the first there is
/// nothing to open.
#[component]
pub fn ReplyPanel(server: Server) -> impl IntoView {
    let server = StoredValue::new(server);
    let input = NodeRef::<html::Input>::new();
    let (asked, set_asked) = signal((0, String::new()));
    let reply = use_event_source_fold(
        move || {
            let (number, prompt) = asked.get();
            (number > 0).then(|| server.with_value(|server| server.reply(number, &prompt)))
        },
        Reply::default,
        Reply::take,
    );
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get() {
            set_asked.update(|asked| *asked = (asked.0 + 1, input.value()));
        }
    };
    let number = move || asked.with(|(number, _)| *number);
    let key = move || server.with_value(|server| server.reply_key(number()));
    let progress = move || reply.state.with(|state| progress(number() > 0, state));
    let tokens = move || reply.value.with(|reply| reply.tokens);
    view! {
        <section
            class="card reply"
            id="reply"
            aria-labelledby="reply-title"
            data-state=progress
            data-count=move || tokens().to_string()
            data-key=key
        >
            <div class="card-head">
                <h2 id="reply-title">"A reply, token by token"</h2>
                <p class="note" role="status">{move || format!("{}, {} tokens", progress(), tokens())}</p>
            </div>
            <form class="ask" on:submit=ask>
                <label class="visually-hidden" for="prompt">"Question"</label>
                <input id="prompt" node_ref=input autocomplete="off" value="What are server-sent events?" />
                <button type="submit" id="ask" class="primary">"Ask"</button>
                <button type="button" id="stop" on:click=move |_| reply.close()>"Stop"</button>
            </form>
            <div
                class="answer"
                id="answer"
                tabindex="0"
                role="region"
                aria-label="Reply"
                aria-live="polite"
                aria-busy=move || (progress() == "streaming").to_string()
            >
                {move || reply.value.with(|reply| reply.text.clone())}
            </div>
        </section>
    }
}
