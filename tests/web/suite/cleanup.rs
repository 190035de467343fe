//! Dropping is closing: no listener, no byte and no connection stays behind.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{Buffer, EventStream};

use super::{OVER_FETCH, Scenario};
use crate::observe::{
    Notes, live_bytes, live_listeners, memory_size, message, messages, noting_states,
};

/// Drops the stream and sees that the browser and the server know, and that no callback is called.
async fn drops_cleanly(
    server: Scenario,
    stream: EventStream,
    states: Notes,
    listeners_before: f64,
) {
    assert!(OVER_FETCH || live_listeners() > listeners_before);
    let told = states.all();
    drop(stream);
    assert_eq!(live_listeners(), listeners_before);
    let no_more = move || assert_eq!(states.all(), told);
    server.no_request_follows(1, no_more).await;
}

#[wasm_bindgen_test]
async fn dropped_while_connecting_the_stream_leaves_nothing() {
    let server = Scenario::new().await;
    let before = live_listeners();
    let (source, states) = noting_states(server.source("/never"));
    let stream = source.events(["a", "b"]).stream().unwrap();
    server.until("requests=1&open=1").await;
    drops_cleanly(server, stream, states, before).await;
}

#[wasm_bindgen_test]
async fn dropped_while_open_the_stream_leaves_nothing() {
    let server = Scenario::new().await;
    let before = live_listeners();
    let (source, states) = noting_states(server.source("/live"));
    let stream = source.stream().unwrap();
    states.until("open").await;
    drops_cleanly(server, stream, states, before).await;
}

#[wasm_bindgen_test]
async fn dropped_while_reconnecting_the_stream_leaves_nothing() {
    let server = Scenario::new().await;
    let before = live_listeners();
    let (source, states) = noting_states(server.source("/end/1"));
    let stream = source.buffer(Buffer::unbounded()).stream().unwrap();
    states.until("reconnecting").await;
    drops_cleanly(server, stream, states, before).await;
}

#[wasm_bindgen_test]
async fn closing_removes_every_listener_and_drops_what_callbacks_own() {
    let server = Scenario::new().await;
    let before = live_listeners();
    let owned = Rc::new(());
    let (one, other) = (Rc::clone(&owned), Rc::clone(&owned));
    let connection = server
        .source("/live")
        .on_frame("a", move |_| drop(Rc::clone(&one)))
        .open()
        .unwrap();
    let _guard = connection
        .on_frame("b", move |_| drop(Rc::clone(&other)))
        .unwrap();
    connection.close();
    assert_eq!(live_listeners(), before);
    assert_eq!(
        Rc::strong_count(&owned),
        1,
        "though the guard is still there"
    );
}

#[wasm_bindgen_test]
async fn dropping_close_handles_closes_nothing_and_one_of_them_closes_for_all() {
    let server = Scenario::new().await;
    let mut stream = server.source("/live").stream().unwrap();
    server.until("open=1").await;
    let handle = stream.close_handle();
    drop(handle.clone());
    assert!(!handle.is_closed());
    server.send("data: still here\n\n").await;
    assert_eq!(message(&mut stream).await.data(), "still here");
    let other = handle.clone();
    handle.close();
    assert!(other.is_closed());
    drop(stream);
    assert!(other.is_closed());
    other.close();
}

#[wasm_bindgen_test]
async fn two_hundred_cycles_leave_no_listener_and_no_memory() {
    const WARM_UP: usize = 50;
    const CYCLES: usize = 200;
    let server = Scenario::new().await;
    let listeners = live_listeners();
    let mut warm = None;
    for cycle in 0..WARM_UP + CYCLES {
        if cycle == WARM_UP {
            server.until("open=0").await;
            warm = Some((live_bytes(), memory_size()));
        }
        let seen = Rc::new(Cell::new(0));
        let (builder, state, guarded) = (Rc::clone(&seen), Rc::clone(&seen), Rc::clone(&seen));
        let source = server
            .source("/burst/20?size=40")
            .event("message")
            .on_frame("message", move |_| builder.set(builder.get() + 1))
            .on_state(move |_| state.set(state.get() + 1));
        let mut stream = source.stream().unwrap();
        let _guard = stream
            .connection()
            .on_frame("a", move |_| guarded.set(guarded.get() + 1));
        match cycle % 3 {
            0 => drop(stream),
            1 => {
                message(&mut stream).await;
                stream.close();
            }
            _ => assert_eq!(messages(&mut stream).await.len(), 20),
        }
    }
    let (bytes, memory) = warm.expect("the warm-up is over");
    // Over `fetch()` the last one has a task, which ends when it is run.
    server.until("open=0").await;
    assert_eq!(live_listeners(), listeners);
    let grown = live_bytes() - bytes;
    assert!(
        grown < CYCLES as isize,
        "{grown} bytes more after {CYCLES} cycles"
    );
    assert_eq!(memory_size(), memory, "the wasm memory has grown");
}
