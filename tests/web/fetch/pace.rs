//! A flood leaves the page its time.

use std::{cell::Cell, rc::Rc};

use futures_util::{StreamExt, future::join};
use gloo_timers::callback::Timeout;
use js_sys::Function;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{Buffer, CloseReason, EventSource};

use super::{put_back, with_fetch};

/// Replaces `fetch()` by one whose bodies are always ready, as if the server were faster than any reader. Each
/// chunk has this number of messages.
fn with_endless_bodies(chunk: u64) -> Function {
    with_fetch(&format!(
        "async () => {{
            const events = new TextEncoder().encode('data: 1\\n\\n'.repeat({chunk}));
            return new Response(
                new ReadableStream({{ pull: (to) => to.enqueue(events.slice()) }}),
                {{ headers: {{ 'Content-Type': 'text/event-stream' }} }},
            );
        }}"
    ))
}

/// A timer that is due at once, and whether it has run.
fn due() -> (Timeout, Rc<Cell<bool>>) {
    let ran = Rc::new(Cell::new(false));
    let note = Rc::clone(&ran);
    (Timeout::new(0, move || note.set(true)), ran)
}

/// Reads until the timer has run, or so many messages came, and returns how many did.
async fn read(source: EventSource, ran: &Cell<bool>, most: u64, work: impl Fn()) -> u64 {
    let mut stream = source.stream().expect("a stream");
    let mut count = 0;
    while !ran.get() && count < most {
        let item = stream.next().await.expect("it has no end");
        count += u64::from(item.is_ok());
        work();
    }
    stream.close();
    assert_eq!(stream.close_reason(), Some(CloseReason::Called));
    count
}

#[wasm_bindgen_test]
async fn a_timer_runs_though_more_comes_in_than_can_be_read() {
    // To read the most takes seconds; it is one chunk in the second case.
    for (chunk, most) in [(4000, 5_000_000), (1_000_000, 1_000_000)] {
        let original = with_endless_bodies(chunk);
        let (_timer, ran) = due();
        let count = read(EventSource::fetch("/endless"), &ran, most, || {}).await;
        put_back(&original);
        assert!(ran.get(), "{count} messages, and no timer ran in between");
    }
}

#[wasm_bindgen_test]
async fn a_timer_runs_though_two_readers_have_work_with_each_message_of_two_floods() {
    let original = with_endless_bodies(4000);
    let (_timer, ran) = due();
    let work = || {
        let end = js_sys::Date::now() + 4.0;
        while js_sys::Date::now() < end {}
    };
    let flood = || EventSource::fetch("/endless").buffer(Buffer::latest());
    let counts = join(
        read(flood(), &ran, 500, work),
        read(flood(), &ran, 500, work),
    );
    let counts = counts.await;
    put_back(&original);
    assert!(
        ran.get(),
        "{counts:?} messages, and no timer ran in between"
    );
}
