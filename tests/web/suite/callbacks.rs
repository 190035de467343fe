//! Callbacks: on the builder, on an open connection, and what they may do from within.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{Buffer, CloseReason, CloseRule, EventStream, Lifecycle, Listener, State};

use super::{OVER_FETCH, Scenario, event_source};
use crate::observe::{
    Notes, data, expect_exceptions, is_silent, live_listeners, message, next, numbers, until,
};

#[wasm_bindgen_test]
async fn callbacks_on_the_builder_see_their_events_and_the_close_event_shuts_all_down() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let (a, close, state) = (notes.clone(), notes.clone(), notes.clone());
    let connection = server
        .source("/mixed/4?names=a,b")
        .on_frame("a", move |frame| a.write(frame.data()))
        .on_frame("close", move |frame| close.write(frame.event_type()))
        .on_state(move |now| state.write(now))
        .open()
        .unwrap();
    notes.until("closed").await;
    assert_eq!(
        notes.all(),
        ["open", r#"{"n":1}"#, r#"{"n":3}"#, "close", "closed"]
    );
    assert!(matches!(
        connection.close_reason(),
        Some(CloseReason::Rule(_))
    ));
    server.no_request_follows(1, move || drop(connection)).await;
}

#[wasm_bindgen_test]
async fn a_connection_without_any_callback_obeys_the_close_event() {
    let server = Scenario::new().await;
    let connection = server.source("/finish/2").open().unwrap();
    until("the end", || connection.close_reason().is_some()).await;
    assert!(matches!(
        connection.state(),
        State::Closed(CloseReason::Rule(_))
    ));
    server.no_request_follows(1, move || drop(connection)).await;
}

#[wasm_bindgen_test]
async fn a_sentinel_is_kept_from_callbacks_too() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let (tokens, state) = (notes.clone(), notes.clone());
    let _connection = server
        .source("/live")
        .close_on(CloseRule::data("[DONE]"))
        .on_frame("message", move |frame| tokens.write(frame.data()))
        .on_state(move |now| state.write(now))
        .open()
        .unwrap();
    server.until("open=1").await;
    server.send("data: a\n\ndata: [DONE]\n\n").await;
    notes.until("closed").await;
    assert_eq!(notes.all(), ["open", "a", "closed"]);
}

#[wasm_bindgen_test]
async fn callback_and_stream_both_see_a_message() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let writer = notes.clone();
    let source = server
        .source("/finish/3")
        .on_frame("message", move |frame| writer.write(frame.data()));
    let mut stream = source.stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=3));
    assert_eq!(notes.all(), numbers(1..=3));
}

#[wasm_bindgen_test]
async fn a_callback_alone_puts_nothing_into_the_stream() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let writer = notes.clone();
    let source = server
        .source("/live")
        .event("b")
        .buffer(Buffer::unbounded())
        .on_frame("a", move |frame| writer.write(frame.data()));
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    server.send("event: a\ndata: 1\n\n").await;
    notes.until("1").await;
    assert!(is_silent(&mut stream));
}

#[wasm_bindgen_test]
async fn a_callback_on_an_open_connection_ends_with_its_guard_and_its_listener_with_it() {
    let server = Scenario::new().await;
    let before = live_listeners();
    let mut stream = server.source("/live").event("b").stream().unwrap();
    server.until("open=1").await;
    let without = live_listeners();
    assert!(OVER_FETCH || without > before);
    let notes = Notes::default();
    let (one, other) = (notes.clone(), notes.clone());
    let first = stream
        .connection()
        .on_frame("a", move |frame| one.write(format!("1 {}", frame.data())));
    let second = stream
        .connection()
        .on_frame("a", move |frame| other.write(format!("2 {}", frame.data())));
    assert!(
        OVER_FETCH || live_listeners() == without + 1.0,
        "one listener a name"
    );
    server
        .send("event: a\ndata: x\n\nevent: b\ndata: y\n\n")
        .await;
    message(&mut stream).await;
    drop(first);
    server
        .send("event: a\ndata: z\n\nevent: b\ndata: y\n\n")
        .await;
    message(&mut stream).await;
    drop(second);
    assert_eq!(live_listeners(), without);
    server
        .send("event: a\ndata: never\n\nevent: b\ndata: y\n\n")
        .await;
    message(&mut stream).await;
    assert_eq!(notes.all(), ["1 x", "2 x", "2 z"]);
    drop(stream);
    assert_eq!(live_listeners(), before);
}

#[wasm_bindgen_test]
async fn dropping_the_last_guard_of_the_close_event_leaves_the_rule_in_force() {
    let server = Scenario::new().await;
    let mut stream = server.source("/live").event("message").stream().unwrap();
    server.until("open=1").await;
    drop(stream.connection().on_frame("close", |_| {}).unwrap());
    drop(stream.connection().on_frame("message", |_| {}).unwrap());
    server.send("data: 1\n\nevent: close\ndata: bye\n\n").await;
    assert_eq!(data(&mut stream).await, ["1"]);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_callback_may_drop_its_own_guard() {
    let server = Scenario::new().await;
    let mut stream = server.source("/live").event("b").stream().unwrap();
    server.until("open=1").await;
    let (notes, slot) = (Notes::default(), Rc::<RefCell<Option<Listener>>>::default());
    let (writer, own) = (notes.clone(), Rc::clone(&slot));
    let guard = stream.connection().on_frame("a", move |frame| {
        drop(own.borrow_mut().take());
        writer.write(frame.data());
    });
    *slot.borrow_mut() = Some(guard.unwrap());
    server
        .send("event: a\ndata: 1\n\nevent: a\ndata: 2\n\nevent: b\ndata: end\n\n")
        .await;
    assert_eq!(message(&mut stream).await.data(), "end");
    assert_eq!(notes.all(), ["1"]);
}

#[wasm_bindgen_test]
async fn a_callback_may_close_its_connection_and_its_message_still_reaches_the_stream() {
    let server = Scenario::new().await;
    let slot: Rc<RefCell<Option<wasm_eventsource::CloseHandle>>> = Rc::default();
    let handle = Rc::clone(&slot);
    let source = server.source("/end/5").on_frame("message", move |frame| {
        if frame.last_event_id() == "2" {
            handle.borrow().as_ref().expect("the handle").close();
        }
    });
    let mut stream = source.stream().unwrap();
    *slot.borrow_mut() = Some(stream.close_handle());
    let data = data(&mut stream).await;
    if OVER_FETCH {
        // What was read in one piece with the message is still the stream's.
        assert!(data.starts_with(&numbers(1..=2)), "{data:?}");
    } else {
        assert_eq!(data, numbers(1..=2));
    }
    assert_eq!(stream.close_reason(), Some(CloseReason::Called));
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_callback_may_drop_the_stream_it_belongs_to() {
    let server = Scenario::new().await;
    let before = live_listeners();
    let slot: Rc<RefCell<Option<EventStream>>> = Rc::default();
    let (notes, held) = (Notes::default(), Rc::clone(&slot));
    let writer = notes.clone();
    let source = server.source("/end/5").on_frame("message", move |frame| {
        drop(held.borrow_mut().take());
        writer.write(frame.data());
    });
    let source = source.buffer(Buffer::unbounded());
    *slot.borrow_mut() = Some(source.stream().unwrap());
    notes.until(r#"{"n":1}"#).await;
    assert_eq!(live_listeners(), before);
    let told = move || assert_eq!(notes.all(), numbers(1..=1));
    server.no_request_follows(1, told).await;
}

#[wasm_bindgen_test]
async fn what_a_callback_owns_may_drop_guards_of_the_same_connection() {
    let server = Scenario::new().await;
    let slot: Rc<RefCell<Option<Listener>>> = Rc::default();
    let owned = Rc::clone(&slot);
    let connection = server
        .source("/live")
        .on_frame("built", move |_| drop(owned.take()))
        .open();
    let connection = connection.unwrap();
    slot.replace(connection.on_frame("inner", |_| {}).ok());
    drop(slot);
    let inner = connection.on_frame("inner", |_| {}).unwrap();
    let outer = connection.on_frame("outer", move |_| {
        let _owned = &inner;
    });
    drop(outer);
    connection.close();
    server.until("open=0").await;
}

#[wasm_bindgen_test]
async fn a_callback_that_throws_loses_no_message_and_hides_nothing_from_others() {
    expect_exceptions();
    let server = Scenario::new().await;
    let notes = Notes::default();
    let (called, states) = (notes.clone(), notes.clone());
    let mut stream = server
        .source("/live")
        .on_frame("message", |frame| wasm_bindgen::throw_str(frame.data()))
        .on_frame("b", move |frame| called.write(frame.data()))
        .on_state(move |state| states.write(state))
        .on_state(|_| wasm_bindgen::throw_str("an observer throws on purpose"))
        .events(["message", "b"])
        .stream()
        .unwrap()
        .with_lifecycle();
    server.until("open=1").await;
    server
        .send("data: 1\n\ndata: 2\n\nevent: b\ndata: 3\n\n")
        .await;
    assert_eq!(next(&mut stream).await, Some(Ok(Lifecycle::Opened)));
    for expected in ["1", "2", "3"] {
        match next(&mut stream).await {
            Some(Ok(Lifecycle::Message(message))) => assert_eq!(message.data(), expected),
            other => panic!("{other:?}"),
        }
    }
    server.send("event: close\ndata: bye\n\n").await;
    assert!(matches!(
        next(&mut stream).await,
        Some(Ok(Lifecycle::Closed(_)))
    ));
    assert_eq!(next(&mut stream).await, None);
    assert_eq!(notes.all(), ["open", "3", "closed"]);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
fn callbacks_on_a_closed_connection_are_idle_and_drop_what_they_own() {
    let connection = event_source("/closed").open().unwrap();
    connection.close();
    let before = live_listeners();
    let owned = Rc::new(());
    let (one, other) = (Rc::clone(&owned), Rc::clone(&owned));
    let _message = connection
        .on_frame("message", move |_| drop(Rc::clone(&one)))
        .unwrap();
    let _state = connection.on_state(move |_| drop(Rc::clone(&other)));
    assert_eq!(Rc::strong_count(&owned), 1);
    assert_eq!(live_listeners(), before);
}
