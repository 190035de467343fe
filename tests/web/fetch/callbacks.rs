//! What callbacks may do where the connection is ours: nothing of it is broken, lost or left behind.

use std::{cell::RefCell, rc::Rc};

use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{
    Buffer, CloseHandle, CloseReason, Connection, DecodeError, EventSource, EventStream,
};

use super::Numbered;
use crate::{
    Scenario,
    observe::{Notes, data, expect_exceptions, is_silent, message, numbers, reported},
};

#[wasm_bindgen_test]
async fn all_kinds_of_callbacks_are_called_in_the_order_of_the_server_without_a_stream() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let (typed, frame, comment, state) =
        (notes.clone(), notes.clone(), notes.clone(), notes.clone());
    let connection = server
        .fetch("/comments/2")
        .on("message", move |event: Result<Numbered, DecodeError>| {
            typed.write(format!("typed {}", event.unwrap().n));
        })
        .on_frame("message", move |lent| {
            frame.write(format!("frame {}", lent.data()))
        })
        .on_comment(move |text| comment.write(text.trim()))
        .on_state(move |now| state.write(now))
        .open()
        .unwrap();
    notes.until("closed").await;
    assert_eq!(
        notes.all(),
        [
            "open",
            "ping 1",
            "typed 1",
            r#"frame {"n":1}"#,
            "ping 2",
            "typed 2",
            r#"frame {"n":2}"#,
            "closed"
        ]
    );
    assert!(matches!(
        connection.close_reason(),
        Some(CloseReason::Rule(_))
    ));
    server.no_request_follows(1, move || drop(connection)).await;
}

#[wasm_bindgen_test]
async fn a_callback_that_is_added_later_sees_what_the_stream_has_not_read_yet() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/live").stream().unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\ndata: 2\n\ndata: 3\n\n").await;
    assert_eq!(message(&mut stream).await.data(), "1");
    let notes = Notes::default();
    let writer = notes.clone();
    let listener = stream
        .connection()
        .on_frame("message", move |frame| writer.write(frame.data()))
        .unwrap();
    assert_eq!(message(&mut stream).await.data(), "2");
    // The stream was being polled: the callback comes behind that.
    notes.until("2").await;
    assert_eq!(message(&mut stream).await.data(), "3");
    assert!(is_silent(&mut stream));
    notes.until("3").await;
    server.send("data: 4\n\n").await;
    assert_eq!(message(&mut stream).await.data(), "4");
    drop(listener);
    server.send("data: 5\n\n").await;
    assert_eq!(message(&mut stream).await.data(), "5");
    assert_eq!(notes.all(), ["2", "3", "4"]);
}

#[wasm_bindgen_test]
async fn a_comment_callback_that_throws_is_called_again_and_hides_no_comment_from_others() {
    expect_exceptions();
    let server = Scenario::new().await;
    let comments = Notes::default();
    let (before, behind) = (comments.clone(), comments.clone());
    let source = server
        .fetch("/comments/3")
        .on_comment(move |comment| {
            before.write(format!("throws at{comment}"));
            wasm_bindgen::throw_str("a comment callback throws on purpose");
        })
        .on_comment(move |comment| behind.write(comment.trim()));
    assert_eq!(data(&mut source.stream().unwrap()).await, numbers(1..=3));
    let comments = comments.all();
    let thrown = comments
        .iter()
        .filter(|comment| comment.starts_with("throws"));
    assert_eq!(thrown.count(), 3, "{comments:?}");
    let seen = comments
        .iter()
        .filter(|comment| comment.starts_with("ping"));
    assert_eq!(seen.count(), 3, "{comments:?}");
}

#[wasm_bindgen_test]
async fn each_exception_of_a_callback_is_reported_and_loses_no_message() {
    expect_exceptions();
    let before = reported();
    let server = Scenario::new().await;
    let source = server.fetch("/end/3").on_frame("message", |_| {
        wasm_bindgen::throw_str("a callback throws on purpose")
    });
    let mut stream = source.stream().unwrap();
    for n in numbers(1..=5) {
        assert_eq!(message(&mut stream).await.data(), n);
    }
    // One for each message that has come, of which the last may not have been read.
    assert!(reported() >= before + 5.0);
}

#[wasm_bindgen_test]
async fn a_callback_may_drop_its_connection() {
    let server = Scenario::new().await;
    let slot: Rc<RefCell<Option<Connection>>> = Rc::default();
    let (notes, own) = (Notes::default(), Rc::clone(&slot));
    let (writer, told) = (notes.clone(), notes.clone());
    let source = server
        .fetch("/comments/5")
        .on_comment(move |comment| {
            if comment == " ping 3" {
                drop(own.take());
            }
            writer.write(comment.trim());
        })
        .on_state(move |state| told.write(state));
    slot.replace(Some(source.open().unwrap()));
    notes.until("ping 3").await;
    let told = move || assert_eq!(notes.all(), ["open", "ping 1", "ping 2", "ping 3"]);
    server.no_request_follows(1, told).await;
}

#[wasm_bindgen_test]
async fn closing_from_within_a_callback_is_told_after_it_returned_and_once() {
    let server = Scenario::new().await;
    let slot: Rc<RefCell<Option<CloseHandle>>> = Rc::default();
    let notes = Notes::default();
    let (first, second) = (Rc::clone(&slot), Rc::clone(&slot));
    let (message_writer, state_writer) = (notes.clone(), notes.clone());
    let source = server
        .fetch("/live")
        .on_frame("message", move |frame| {
            first.borrow().as_ref().expect("the handle").close();
            message_writer.write(frame.data());
        })
        .on_state(move |state| {
            // Closing what is closed does nothing.
            if state.to_string() == "closed" {
                second.borrow().as_ref().expect("the handle").close();
            }
            state_writer.write(state);
        });
    let connection = source.open().unwrap();
    slot.replace(Some(connection.close_handle()));
    server.until("open=1").await;
    server.send("data: 1\n\ndata: 2\n\n").await;
    notes.until("1").await;
    notes.until("closed").await;
    assert_eq!(connection.close_reason(), Some(CloseReason::Called));
    let told = move || {
        let mut notes = notes.all();
        notes.sort_unstable();
        assert_eq!(notes, ["1", "closed", "open"]);
        drop(connection);
    };
    server.no_request_follows(1, told).await;
}

#[wasm_bindgen_test]
async fn what_callbacks_own_is_dropped_at_the_end() {
    let server = Scenario::new().await;
    let owned = Rc::new(());
    let builder = |route: &str| {
        let (message, comment, state) = (Rc::clone(&owned), Rc::clone(&owned), Rc::clone(&owned));
        server
            .fetch(route)
            .on_frame("message", move |_| drop(Rc::clone(&message)))
            .on_comment(move |_| drop(Rc::clone(&comment)))
            .on_state(move |_| drop(Rc::clone(&state)))
    };
    let connection = builder("/live").open().unwrap();
    connection.close();
    drop(connection);
    // The task is told, and ends by itself.
    gloo_timers::future::TimeoutFuture::new(0).await;
    assert_eq!(Rc::strong_count(&owned), 1);
    let mut stream = builder("/comments/2").stream().unwrap();
    assert_eq!(data(&mut stream).await.len(), 2);
    drop(stream);
    gloo_timers::future::TimeoutFuture::new(0).await;
    assert_eq!(Rc::strong_count(&owned), 1);
}

#[wasm_bindgen_test]
async fn a_stream_may_be_dropped_by_its_own_state_callback_while_it_is_opened_closed_or_lost() {
    for (route, at) in [("/live", "open"), ("/end/1", "reconnecting")] {
        let server = Scenario::new().await;
        let slot: Rc<RefCell<Option<EventStream>>> = Rc::default();
        let (notes, own) = (Notes::default(), Rc::clone(&slot));
        let writer = notes.clone();
        let source = server
            .fetch(route)
            .buffer(Buffer::unbounded())
            .on_state(move |state| {
                if state.to_string() == at {
                    drop(own.take());
                }
                writer.write(state);
            });
        slot.replace(Some(source.stream().unwrap()));
        notes.until(at).await;
        let told = move || assert_eq!(notes.all().last().map(String::as_str), Some(at));
        server.no_request_follows(1, told).await;
    }
}

#[wasm_bindgen_test]
async fn a_lent_payload_is_decoded_in_place() {
    #[derive(Deserialize)]
    struct Borrowed<'a> {
        text: &'a str,
    }
    let server = Scenario::new().await;
    let notes = Notes::default();
    let writer = notes.clone();
    let source = EventSource::fetch(server.plain_url("/burst/1?size=40"));
    let source = source.on_frame("message", move |frame| {
        writer.write(frame.json::<Borrowed<'_>>().unwrap().text);
    });
    let mut stream = source.stream().unwrap();
    assert_eq!(data(&mut stream).await.len(), 1);
    assert_eq!(notes.all(), ["abcdefghijklmnopqrstuvw"]);
}
