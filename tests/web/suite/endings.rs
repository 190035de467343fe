//! The true end: close rule hit or `close()`, what came before is delivered, then `None` for ever,
//! and the server never hears of this client again.

use futures_util::stream::FusedStream;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{Buffer, CloseReason, CloseRule, EventStream, Frame};

use super::{OVER_FETCH, Scenario};
use crate::{
    observe::{
        Notes, data, expect_exceptions, message, messages, next, noting_states, numbers, reported,
    },
    scenario::Requests,
};

fn closing_message(stream: &EventStream) -> (String, String) {
    match stream.close_reason() {
        Some(CloseReason::Rule(message)) => {
            (message.event_type().to_owned(), message.data().to_owned())
        }
        other => panic!("closed by its rule, not {other:?}"),
    }
}

const FINISHED: &str = r#"{"message": "Stream finished"}"#;

#[wasm_bindgen_test]
async fn the_close_event_ends_the_stream_after_its_last_message_and_no_request_follows() {
    let server = Scenario::new().await;
    let mut stream = server.source("/finish/3").stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=3));
    assert_eq!(
        closing_message(&stream),
        ("close".to_owned(), FINISHED.to_owned())
    );
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn the_close_event_is_delivered_last_if_it_was_subscribed_to() {
    let server = Scenario::new().await;
    let mut stream = server
        .source("/finish/2")
        .events(["message", "close"])
        .stream()
        .unwrap();
    let messages = messages(&mut stream).await;
    let types: Vec<_> = messages.iter().map(Frame::event_type).collect();
    assert_eq!(types, ["message", "message", "close"]);
    assert_eq!(messages[2].data(), FINISHED);
}

#[wasm_bindgen_test]
async fn nothing_that_the_server_sends_behind_the_close_event_arrives() {
    let server = Scenario::new().await;
    let mut stream = server
        .source("/live")
        .events(["message", "close"])
        .stream()
        .unwrap();
    server.until("open=1").await;
    server
        .send("data: 1\n\nevent: close\ndata: bye\n\ndata: 2\n\nevent: close\ndata: again\n\n")
        .await;
    assert_eq!(data(&mut stream).await, ["1", "bye"]);
    assert_eq!(closing_message(&stream).1, "bye");
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_sentinel_ends_the_stream_is_not_delivered_and_no_request_follows() {
    let server = Scenario::new().await;
    let source = server
        .source("/reply?pace_ms=1")
        .close_on(CloseRule::data("[DONE]"));
    let mut stream = source.stream().unwrap();
    let data = data(&mut stream).await;
    assert!(
        data.len() > 10 && data.iter().all(|token| token.starts_with(r#"{"token":"#)),
        "{data:?}"
    );
    assert_eq!(
        closing_message(&stream),
        ("message".to_owned(), "[DONE]".to_owned())
    );
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn an_unnamed_sentinel_ends_a_stream_of_other_names() {
    let server = Scenario::new().await;
    let source = server
        .source("/live")
        .event("token")
        .close_on(CloseRule::data("[DONE]"));
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    server
        .send("event: token\ndata: a\n\ndata: unnamed\n\ndata: [DONE]\n\n")
        .await;
    assert_eq!(data(&mut stream).await, ["a"]);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_name_with_a_sentinel_ends_the_stream_only_if_both_are_met() {
    let server = Scenario::new().await;
    let rule = CloseRule::event_with_data("status", "done");
    let mut stream = server.source("/live").close_on(rule).stream().unwrap();
    server.until("open=1").await;
    server
        .send("event: status\ndata: busy\n\ndata: done\n\nevent: status\ndata: done\n\n")
        .await;
    assert_eq!(data(&mut stream).await, ["done"]);
    assert_eq!(
        closing_message(&stream),
        ("status".to_owned(), "done".to_owned())
    );
}

#[wasm_bindgen_test]
async fn a_predicate_ends_the_stream_with_the_message_it_accepts() {
    let server = Scenario::new().await;
    let rule = CloseRule::when(|frame| frame.last_event_id() == "4");
    let mut stream = server.source("/end/9").close_on(rule).stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=4));
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_predicate_that_throws_is_reported_and_its_message_is_one_like_others() {
    expect_exceptions();
    let before = reported();
    let server = Scenario::new().await;
    let rule = CloseRule::when(|frame| {
        if frame.last_event_id() == "2" {
            wasm_bindgen::throw_str("a predicate throws on purpose");
        }
        frame.last_event_id() == "4"
    });
    let mut stream = server.source("/end/9").close_on(rule).stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=4));
    assert_eq!(reported(), before + 1.0);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn another_name_may_end_the_stream_and_close_is_then_a_name_like_others() {
    let server = Scenario::new().await;
    let source = server
        .source("/live")
        .events(["close", "bye"])
        .close_on("bye");
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    server
        .send("event: close\ndata: 1\n\nevent: bye\ndata: 2\n\n")
        .await;
    assert_eq!(data(&mut stream).await, ["1", "2"]);
    assert_eq!(closing_message(&stream).0, "bye");
}

#[wasm_bindgen_test]
async fn with_no_close_rule_the_browser_comes_back_after_a_close_event() {
    let server = Scenario::new().await;
    let source = server
        .source("/finish/1")
        .event("close")
        .close_on(CloseRule::never());
    let mut stream = source.stream().unwrap();
    assert_eq!(message(&mut stream).await.data(), FINISHED);
    assert_eq!(message(&mut stream).await.data(), FINISHED);
    server.until("opened=2").await;
    assert_eq!(stream.close_reason(), None);
}

#[wasm_bindgen_test]
async fn close_while_connecting_ends_the_stream_and_no_request_follows() {
    let server = Scenario::new().await;
    let mut stream = server.source("/never").stream().unwrap();
    server.until("requests=1&open=1").await;
    stream.close();
    assert_eq!(next(&mut stream).await, None);
    assert_eq!(stream.close_reason(), Some(CloseReason::Called));
    server.until("open=0").await;
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn close_while_open_ends_a_stream_that_is_being_awaited_and_no_request_follows() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/live"));
    let mut stream = source.stream().unwrap();
    let handle = stream.close_handle();
    let closing = async {
        states.until("open").await;
        handle.close();
    };
    let (item, ()) = futures_util::future::join(next(&mut stream), closing).await;
    assert_eq!(item, None, "a deliberate close is no error");
    server.until("open=0").await;
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn close_while_waiting_to_reconnect_ends_the_stream_and_no_request_follows() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/end/1"));
    let mut stream = source.buffer(Buffer::unbounded()).stream().unwrap();
    states.until("reconnecting").await;
    stream.close();
    assert_eq!(data(&mut stream).await, numbers(1..=1));
    assert_eq!(states.all(), ["open", "reconnecting", "closed"]);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn closing_at_once_ends_the_stream_and_no_request_follows() {
    let server = Scenario::new().await;
    let mut stream = server.source("/live").stream().unwrap();
    stream.close();
    assert_eq!(next(&mut stream).await, None);
    let requests = Requests::with_one_closed_at_once(0, OVER_FETCH);
    server
        .no_request_follows(requests, move || drop(stream))
        .await;
}

#[wasm_bindgen_test]
async fn a_message_that_arrives_between_the_last_poll_and_close_is_delivered() {
    let server = Scenario::new().await;
    let seen = Notes::default();
    let writer = seen.clone();
    let source = server
        .source("/live")
        .on_frame("message", move |frame| writer.write(frame.data()));
    // So that what the test waits for is read, though the stream is not polled meanwhile.
    let source = source.event("message").buffer(Buffer::unbounded());
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\n").await;
    assert_eq!(message(&mut stream).await.data(), "1");
    server.send("data: 2\n\ndata: 3\n\n").await;
    seen.until("3").await;
    stream.close();
    assert_eq!(data(&mut stream).await, ["2", "3"]);
}

#[wasm_bindgen_test]
async fn a_stream_polled_after_its_end_stays_ended() {
    let server = Scenario::new().await;
    let mut stream = server.source("/finish/1").stream().unwrap();
    assert!(!stream.is_terminated());
    assert_eq!(data(&mut stream).await.len(), 1);
    for _ in 0..3 {
        assert_eq!(next(&mut stream).await, None);
        assert!(stream.is_terminated());
    }
}

#[wasm_bindgen_test]
async fn the_first_reason_counts() {
    let server = Scenario::new().await;
    let mut stream = server.source("/finish/1").stream().unwrap();
    data(&mut stream).await;
    stream.close();
    stream.close_handle().close();
    assert_eq!(closing_message(&stream).0, "close");
}
