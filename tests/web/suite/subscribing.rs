//! Several streams on one connection.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{Buffer, Error, OpenError};

use super::Scenario;
use crate::observe::{data, is_silent, message, next};

#[wasm_bindgen_test]
async fn streams_of_one_connection_get_the_names_and_types_that_each_of_them_wants() {
    let server = Scenario::new().await;
    let mut texts = server.source("/live").events(["a", "b"]).stream().unwrap();
    let mut values = texts.subscribe().typed_event::<u32>("a").unwrap();
    server.until("open=1").await;
    server
        .send("event: a\ndata: 1\n\nevent: b\ndata: two\n\nevent: a\ndata: three\n\nevent: close\ndata\n\n")
        .await;
    assert_eq!(next(&mut values).await, Some(Ok(1)));
    let error = next(&mut values).await;
    assert!(matches!(error, Some(Err(Error::Decode(_)))), "{error:?}");
    assert_eq!(next(&mut values).await, None);
    assert_eq!(data(&mut texts).await, ["1", "two", "three"]);
    server
        .no_request_follows(1, move || drop((texts, values)))
        .await;
}

#[wasm_bindgen_test]
async fn a_late_stream_gets_what_comes_from_then_on() {
    let server = Scenario::new().await;
    let mut early = server.source("/live").stream().unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\n").await;
    assert_eq!(message(&mut early).await.data(), "1");
    let mut late = early
        .subscribe()
        .events(["message", "new"])
        .stream()
        .unwrap();
    server.send("data: 2\n\nevent: new\ndata: 3\n\n").await;
    for expected in ["2", "3"] {
        assert_eq!(message(&mut late).await.data(), expected);
    }
    assert_eq!(message(&mut early).await.data(), "2");
    assert!(is_silent(&mut early));
}

#[wasm_bindgen_test]
async fn a_stream_that_is_dropped_leaves_the_other_open_and_the_last_one_closes_the_connection() {
    let server = Scenario::new().await;
    let first = server.source("/live").stream().unwrap();
    let mut second = first.subscribe().event("b").stream().unwrap();
    server.until("open=1").await;
    drop(first);
    server.send("data: 1\n\nevent: b\ndata: 2\n\n").await;
    assert_eq!(message(&mut second).await.data(), "2");
    drop(second);
    server.until("open=0").await;
    server.no_request_follows(1, || {}).await;
}

#[wasm_bindgen_test]
async fn a_slow_stream_holds_up_no_other_and_loses_nothing_or_what_its_buffer_says() {
    let server = Scenario::new().await;
    let mut slow = server.source("/finish/50").stream().unwrap();
    let newest = slow.subscribe().event("message").buffer(Buffer::latest());
    let mut newest = newest.stream().unwrap();
    let mut fast = slow.subscribe().stream().unwrap();
    assert_eq!(data(&mut fast).await.len(), 50);
    assert_eq!(data(&mut slow).await.len(), 50);
    let lagged = next(&mut newest).await;
    assert_eq!(lagged, Some(Err(Error::Lagged { dropped: 49 })));
    assert_eq!(message(&mut newest).await.data(), r#"{"n":50}"#);
    assert_eq!(next(&mut newest).await, None);
}

#[wasm_bindgen_test]
async fn a_connection_that_is_open_for_callbacks_gets_a_stream_and_loses_it_again() {
    let server = Scenario::new().await;
    let connection = server.source("/live").open().unwrap();
    server.until("open=1").await;
    let mut stream = connection.subscribe().stream().unwrap();
    server.send("data: 1\n\n").await;
    assert_eq!(message(&mut stream).await.data(), "1");
    drop(stream);
    server.send("data: 2\n\n").await;
    let mut stream = connection.subscribe().event("b").stream().unwrap();
    server.send("event: b\ndata: 3\n\n").await;
    assert_eq!(message(&mut stream).await.data(), "3");
    connection.close();
    assert_eq!(next(&mut stream).await, None);
    let mut late = connection.subscribe().stream().unwrap();
    assert_eq!(next(&mut late).await, None);
}

#[wasm_bindgen_test]
async fn every_event_is_for_a_stream_over_fetch_alone() {
    let server = Scenario::new().await;
    let connection = server.source("/live").open().unwrap();
    server.until("open=1").await;
    let all = connection.subscribe().all_events().stream();
    if !super::OVER_FETCH {
        assert!(matches!(all, Err(OpenError::AllEvents { .. })), "{all:?}");
        return;
    }
    let mut all = all.unwrap();
    server.send("event: x\ndata: 1\n\ndata: 2\n\n").await;
    for expected in ["1", "2"] {
        assert_eq!(message(&mut all).await.data(), expected);
    }
}
