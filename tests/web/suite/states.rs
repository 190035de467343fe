//! The state, as a getter and as a callback; and events of the server that are called like the
//! connection's own.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseHandle, CloseReason, ReadyState, State};

use super::{Scenario, event_source};
use crate::observe::{Notes, data, message, next, noting_states};

#[wasm_bindgen_test]
async fn the_state_goes_from_connecting_to_open_to_closed() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/live"));
    let stream = source.stream().unwrap();
    assert_eq!(stream.state(), State::Connecting);
    assert_eq!(stream.state().ready_state(), ReadyState::Connecting);
    states.until("open").await;
    assert_eq!(stream.state(), State::Open);
    stream.close();
    assert_eq!(stream.state(), State::Closed(CloseReason::Called));
    assert_eq!(stream.state().ready_state() as u8, 2);
    assert_eq!(states.all(), ["open", "closed"]);
}

#[wasm_bindgen_test]
async fn the_callback_sees_each_reconnect_and_the_close_event() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/resume/4?cut_every=2"));
    let mut stream = source.stream().unwrap();
    data(&mut stream).await;
    // Over `fetch()` nobody is called back while the stream is being polled.
    states.until("closed").await;
    assert_eq!(states.all(), ["open", "reconnecting", "open", "closed"]);
}

#[wasm_bindgen_test]
async fn a_state_callback_may_close_and_is_told_so_after_it_returned() {
    let server = Scenario::new().await;
    let slot: Rc<RefCell<Option<CloseHandle>>> = Rc::default();
    let notes = Notes::default();
    let (handle, writer) = (Rc::clone(&slot), notes.clone());
    let source = server.source("/live").on_state(move |state| {
        if let Some(handle) = handle.take() {
            handle.close();
        }
        writer.write(state);
    });
    let mut stream = source.stream().unwrap();
    slot.replace(Some(stream.close_handle()));
    assert_eq!(next(&mut stream).await, None);
    assert_eq!(notes.all(), ["open", "closed"]);
    server.until("open=0").await;
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_state_callback_of_an_open_connection_ends_with_its_guard() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/live"));
    let connection = source.open().unwrap();
    let notes = Notes::default();
    let writer = notes.clone();
    let guard = connection.on_state(move |state| writer.write(state));
    states.until("open").await;
    drop(guard);
    connection.close();
    assert_eq!(notes.all(), ["open"]);
    assert_eq!(states.all(), ["open", "closed"]);
}

#[wasm_bindgen_test]
async fn events_that_the_server_calls_error_and_open_are_messages() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/live"));
    let mut stream = source
        .events(["error", "open", "message"])
        .stream()
        .unwrap();
    server.until("open=1").await;
    server
        .send("event: error\ndata: 1\n\nevent: open\ndata: 2\n\ndata: 3\n\n")
        .await;
    for (name, data) in [("error", "1"), ("open", "2"), ("message", "3")] {
        let message = message(&mut stream).await;
        assert_eq!((message.event_type(), message.data()), (name, data));
    }
    assert_eq!(stream.state(), State::Open);
    assert_eq!(
        states.all(),
        ["open"],
        "the connection's state is not the server's word"
    );
}

#[wasm_bindgen_test]
async fn events_called_error_and_open_disturb_nobody_who_did_not_ask_for_them() {
    let server = Scenario::new().await;
    for name in ["error", "open"] {
        let (source, states) = noting_states(server.source(&format!("/named/{name}")));
        let mut stream = source.stream().unwrap();
        assert_eq!(message(&mut stream).await.data(), r#"{"name":"message"}"#);
        assert_eq!(states.all(), ["open"]);
    }
}

#[wasm_bindgen_test]
async fn an_event_called_error_may_be_the_close_event() {
    let server = Scenario::new().await;
    let source = server
        .source("/named/error")
        .event("error")
        .close_on("error");
    let mut stream = source.stream().unwrap();
    assert_eq!(data(&mut stream).await, [r#"{"name":"error"}"#]);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn the_url_is_the_one_that_was_given() {
    let connection = event_source("/relative?a=1").open().unwrap();
    assert_eq!(connection.url(), "/relative?a=1");
}

#[wasm_bindgen_test]
async fn while_the_page_is_unloaded_no_loss_is_a_change_of_the_state() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/live"));
    let connection = source.open().unwrap();
    server.until("open=1").await;
    states.until("open").await;
    let unloads = js_sys::eval(
        "typeof document === 'object'
            && globalThis.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }))",
    );
    // Workers are not told.
    if !unloads.expect("plain JavaScript").is_truthy() {
        return;
    }
    server.end().await;
    server.until("open=0").await;
    // The browser learns of the end of another connection later.
    let mut other = server.source("/finish/1").stream().unwrap();
    while next(&mut other).await.is_some() {}
    assert_eq!(states.all(), ["open"]);
    drop(connection);
}
