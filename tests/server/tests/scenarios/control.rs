//! What is said to the open streams from outside.

use crate::support::{CLOSE_EVENT, Scenario, read, until_closed, until_reset};

#[tokio::test]
async fn send_reaches_every_open_stream_of_the_key() {
    let scenario = Scenario::start().await;
    let mut live = scenario.get("/live").await;
    let mut silent = scenario.get("/silent").await;
    assert_eq!(scenario.control("send", "data: one\n\nda").await, 2);
    assert_eq!(scenario.control("send", "ta: two\n\n").await, 2);
    for stream in [&mut live, &mut silent] {
        read(stream, "data: one\n\ndata: two\n\n").await;
    }
}

#[tokio::test]
async fn send_does_not_reach_a_stream_that_has_closed() {
    let scenario = Scenario::start().await;
    drop(scenario.get("/live").await);
    scenario.wait("open=0").await;
    assert_eq!(scenario.control("send", "data: one\n\n").await, 0);
}

#[tokio::test]
async fn end_ends_the_body_properly() {
    let scenario = Scenario::start().await;
    let mut socket = scenario.raw("/live?key=k").await;
    scenario.wait("opened=1").await;
    assert_eq!(scenario.control("end", "").await, 1);
    assert!(until_closed(&mut socket).await.ends_with("\r\n0\r\n\r\n"));
    scenario.wait("open=0").await;
}

#[tokio::test]
async fn close_sends_the_close_event_and_ends_the_body() {
    let scenario = Scenario::start().await;
    let stream = scenario.get("/live").await;
    assert_eq!(scenario.control("close", "").await, 1);
    assert_eq!(stream.text().await.expect("a proper end"), CLOSE_EVENT);
}

#[tokio::test]
async fn drop_cuts_the_stream_after_what_was_sent_before() {
    let scenario = Scenario::start().await;
    let mut socket = scenario.raw("/live?key=k").await;
    scenario.wait("opened=1").await;
    scenario.control("send", "data: one\n\n").await;
    assert_eq!(scenario.control("drop", "").await, 1);
    assert_eq!(scenario.counts().await.open, 0);
    let all = until_closed(&mut socket).await;
    assert!(all.ends_with("\r\nB\r\ndata: one\n\n\r\n"), "{all:?}");
}

#[tokio::test]
async fn drop_cuts_a_request_that_was_never_answered() {
    let scenario = Scenario::start().await;
    let mut socket = scenario.raw("/never?key=k").await;
    scenario.wait("open=1").await;
    assert_eq!(scenario.control("send", "data: one\n\n").await, 0);
    assert_eq!(scenario.control("drop", "").await, 1);
    assert_eq!(until_closed(&mut socket).await, "");
}

#[tokio::test]
async fn drop_cuts_a_stream_whose_client_does_not_read() {
    let scenario = Scenario::start().await;
    let _socket = scenario.raw("/huge/1000000000000?key=k").await;
    scenario.wait("opened=1").await;
    assert_eq!(scenario.control("drop", "").await, 1);
    let counts = scenario.wait("open=0").await;
    assert_eq!((counts.held, counts.aborted), (0, 0));
}

#[tokio::test]
async fn control_stops_a_flood() {
    let scenario = Scenario::start().await;
    let flood = scenario.get("/burst/18446744073709551615").await;
    assert_eq!(scenario.control("close", "").await, 1);
    let all = flood.text().await.expect("a proper end");
    assert!(all.ends_with(CLOSE_EVENT));
}

#[tokio::test]
async fn the_next_requests_are_refused_without_an_answer() {
    let scenario = Scenario::start().await;
    scenario.control("refuse?times=2", "").await;
    for _ in 0..2 {
        let mut socket = scenario.raw("/finish/1?key=k").await;
        until_reset(&mut socket).await;
    }
    assert_eq!(scenario.get("/finish/1").await.status(), 200);
    let counts = scenario.counts().await;
    assert_eq!((counts.requests, counts.opened), (3, 1));
}

#[tokio::test]
async fn requests_are_refused_until_that_is_lifted() {
    let scenario = Scenario::start().await;
    scenario.control("refuse", "").await;
    for _ in 0..3 {
        let mut socket = scenario.raw("/live?key=k").await;
        until_reset(&mut socket).await;
    }
    scenario.control("refuse?times=0", "").await;
    assert_eq!(scenario.get("/live").await.status(), 200);
}
