//! Buffers that drop: counted, told where the gap is, and never the end.

use std::cell::Cell;

use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{Buffer, CloseReason, CloseRule, Error, OpenError};

use super::{Scenario, event_source, is_failure};
use crate::observe::{next, noting_states, numbers};

#[derive(Debug, PartialEq, Deserialize)]
struct Numbered {
    n: u64,
}

#[wasm_bindgen_test]
async fn a_burst_of_100_000_into_a_buffer_of_10_reports_what_it_dropped() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/burst/100000?size=20"));
    let source = source.buffer(Buffer::drop_oldest(10));
    let mut stream = source.typed_event::<Numbered>("message").unwrap();
    states.until("closed").await;
    assert_eq!(
        next(&mut stream).await,
        Some(Err(Error::Lagged { dropped: 99_990 }))
    );
    for n in 99_991..=100_000 {
        assert_eq!(next(&mut stream).await, Some(Ok(Numbered { n })));
    }
    assert_eq!(next(&mut stream).await, None);
    assert!(matches!(stream.close_reason(), Some(CloseReason::Rule(_))));
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_reader_that_lags_now_and_then_loses_nothing_uncounted() {
    let server = Scenario::new().await;
    let source = server
        .source("/burst/50000?size=20")
        .buffer(Buffer::drop_oldest(100));
    let mut stream = source.typed_event::<Numbered>("message").unwrap();
    let (mut accounted, mut received) = (0, 0);
    while let Some(item) = next(&mut stream).await {
        match item {
            Ok(Numbered { n }) => {
                accounted += 1;
                received += 1;
                assert_eq!(n, accounted, "what is missing was told before");
                if received % 500 == 0 {
                    gloo_timers::future::TimeoutFuture::new(20).await;
                }
            }
            Err(Error::Lagged { dropped }) => accounted += dropped,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(accounted, 50_000);
    assert!(received < 50_000, "it never lagged");
}

#[wasm_bindgen_test]
async fn the_latest_is_kept_and_the_close_event_is_the_latest_of_all() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/finish/20"));
    let source = source.events(["message", "close"]).buffer(Buffer::latest());
    let mut stream = source.stream().unwrap();
    states.until("closed").await;
    assert_eq!(
        next(&mut stream).await,
        Some(Err(Error::Lagged { dropped: 20 }))
    );
    assert_eq!(
        next(&mut stream).await.unwrap().unwrap().event_type(),
        "close"
    );
    assert_eq!(next(&mut stream).await, None);
}

#[wasm_bindgen_test]
async fn the_close_rule_is_judged_for_each_message_though_nobody_reads() {
    let server = Scenario::new().await;
    let judged = Cell::new(0);
    let rule = CloseRule::when(move |_| judged.replace(judged.get() + 1) == 4);
    let (source, states) = noting_states(server.source("/end/9"));
    let mut stream = source
        .close_on(rule)
        .buffer(Buffer::latest())
        .stream()
        .unwrap();
    states.until("closed").await;
    assert_eq!(
        next(&mut stream).await,
        Some(Err(Error::Lagged { dropped: 4 }))
    );
    assert_eq!(
        next(&mut stream).await.unwrap().unwrap().data(),
        numbers(5..=5)[0]
    );
    assert_eq!(next(&mut stream).await, None);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_failure_behind_a_gap_is_still_an_error_and_the_end() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/status/500?after=1"));
    let mut stream = source.buffer(Buffer::latest()).stream().unwrap();
    states.until("closed").await;
    assert!(next(&mut stream).await.unwrap().is_ok());
    let error = next(&mut stream)
        .await
        .expect("an error")
        .expect_err("an error");
    assert!(is_failure(&error), "{error:?}");
    assert_eq!(next(&mut stream).await, None);
}

#[wasm_bindgen_test]
fn a_buffer_without_room_is_an_error() {
    let source = event_source("/never-asked-for").buffer(Buffer::drop_oldest(0));
    assert_eq!(source.stream().map(drop), Err(OpenError::NoRoom));
}
