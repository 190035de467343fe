//! What a JavaScript exception of the program's code breaks: nothing but that call.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen_test::wasm_bindgen_test;

use super::Scenario;
use crate::observe::{Notes, expect_exceptions, next, reported, until};

#[wasm_bindgen_test]
async fn a_callback_that_throws_at_the_closing_message_hides_the_end_from_no_observer() {
    expect_exceptions();
    let server = Scenario::new().await;
    let notes = Notes::default();
    let (called, states) = (notes.clone(), notes.clone());
    let mut stream = server
        .source("/live")
        .on_frame("close", |_| {
            wasm_bindgen::throw_str("a callback throws on purpose")
        })
        .on_frame("close", move |frame| called.write(frame.data()))
        .on_state(move |state| states.write(state))
        .stream()
        .unwrap();
    server.until("open=1").await;
    server.send("event: close\ndata: bye\n\n").await;
    assert_eq!(next(&mut stream).await, None);
    notes.until("closed").await;
    assert_eq!(notes.all(), ["open", "bye", "closed"]);
}

#[wasm_bindgen_test]
async fn observers_that_throw_neither_abort_a_close_of_the_program_nor_hide_it() {
    expect_exceptions();
    let server = Scenario::new().await;
    let notes = Notes::default();
    let (states, after) = (notes.clone(), notes.clone());
    let connection = server
        .source("/live")
        .on_state(|_| wasm_bindgen::throw_str("an observer throws on purpose"))
        .on_state(move |state| states.write(state))
        .open()
        .unwrap();
    notes.until("open").await;
    connection.close();
    after.write("after the call");
    assert_eq!(notes.all(), ["open", "closed", "after the call"]);
}

#[wasm_bindgen_test]
async fn what_callbacks_own_is_dropped_with_the_connection_though_one_of_them_threw() {
    expect_exceptions();
    let before = reported();
    let owned = Rc::new(());
    let server = Scenario::new().await;
    let [first, second, third] = [(); 3].map(|()| Rc::clone(&owned));
    let connection = server
        .source("/live")
        .on_frame("message", move |_| {
            let _held = &first;
            wasm_bindgen::throw_str("a callback throws on purpose");
        })
        .on_frame("message", move |_| drop(Rc::clone(&second)))
        .on_state(move |_| drop(Rc::clone(&third)))
        .open()
        .unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\ndata: 2\n\n").await;
    until("two reports", || reported() == before + 2.0).await;
    drop(connection);
    assert_eq!(Rc::strong_count(&owned), 1);
}

#[wasm_bindgen_test]
async fn a_callback_that_throws_with_something_borrowed_is_called_again_and_finds_it_borrowed() {
    expect_exceptions();
    let server = Scenario::new().await;
    let notes = Notes::default();
    let (writer, own) = (notes.clone(), RefCell::new(()));
    let _connection = server
        .source("/live")
        .on_frame("message", move |_| match own.try_borrow_mut() {
            Ok(_held) => wasm_bindgen::throw_str("a callback throws on purpose"),
            Err(_) => writer.write("already borrowed"),
        })
        .open()
        .unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\ndata: 2\n\n").await;
    notes.until("already borrowed").await;
}

#[wasm_bindgen_test]
async fn a_failure_that_neither_a_stream_nor_an_observer_sees_is_reported() {
    expect_exceptions();
    let server = Scenario::new().await;
    let before = reported();
    let connection = server
        .source("/status/500")
        .on_frame("message", |_| {})
        .open()
        .unwrap();
    until("a report", || reported() == before + 1.0).await;
    assert!(connection.close_reason().is_some());

    let notes = Notes::default();
    let states = notes.clone();
    let watched = server
        .source("/status/500")
        .on_state(move |state| states.write(state))
        .open()
        .unwrap();
    notes.until("closed").await;
    drop(watched);
    let mut read = server.source("/status/500").stream().unwrap();
    assert!(next(&mut read).await.is_some_and(|item| item.is_err()));
    assert_eq!(reported(), before + 1.0);
}
