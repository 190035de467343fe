//! A flood leaves the page its time.

use std::{cell::Cell, rc::Rc};

use futures_util::StreamExt;
use gloo_timers::callback::Timeout;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, EventSource};

/// Puts a `fetch` in the place of the browser's whose bodies never have to be waited for, as if the
/// server was faster than any reader. Returns what puts the browser's back.
fn endless_supply() -> js_sys::Function {
    js_sys::eval(
        "(() => {
            const original = globalThis.fetch;
            const event = new TextEncoder().encode('data: 1\\n\\n'.repeat(4000));
            globalThis.fetch = async () => new Response(
                new ReadableStream({ pull: (to) => to.enqueue(event.slice()) }),
                { headers: { 'Content-Type': 'text/event-stream' } },
            );
            return () => { globalThis.fetch = original; };
        })()",
    )
    .expect("plain JavaScript")
    .into()
}

#[wasm_bindgen_test]
async fn a_timer_runs_though_more_comes_in_than_can_be_read() {
    let restore = endless_supply();
    let stream = EventSource::fetch("/endless").stream();
    let mut stream = stream.expect("a stream");
    let close = stream.close_handle();
    let fired = Rc::new(Cell::new(false));
    let note = Rc::clone(&fired);
    let _timer = Timeout::new(0, move || {
        note.set(true);
        close.close();
    });
    // So many take seconds.
    let mut items = stream.by_ref().take(5_000_000);
    let mut count = 0_u64;
    while let Some(message) = items.next().await {
        message.expect("a message");
        count += 1;
    }
    restore
        .call0(&wasm_bindgen::JsValue::NULL)
        .expect("it was there before");
    assert!(fired.get(), "{count} messages, and no timer ran in between");
    assert_eq!(stream.close_reason(), Some(CloseReason::Called));
}
