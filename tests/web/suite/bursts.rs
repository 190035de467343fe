//! How often a stream's reader is woken: not for each message of a burst.

use std::{future::poll_fn, pin::Pin};

use futures_util::Stream;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::EventStream;

use super::Scenario;

/// How many messages came until the end, and how often they had to be waited for.
async fn read_all(stream: &mut EventStream) -> (u32, u32) {
    let (mut received, mut waits) = (0, 0);
    while let Some(message) = poll_fn(|cx| {
        let item = Pin::new(&mut *stream).poll_next(cx);
        waits += u32::from(item.is_pending());
        item
    })
    .await
    {
        message.unwrap();
        received += 1;
    }
    (received, waits)
}

#[wasm_bindgen_test]
async fn a_reader_is_woken_far_less_often_than_a_burst_has_messages() {
    let server = Scenario::new().await;
    let source = server.source("/burst/5000?size=20");
    let mut stream = source.stream().unwrap();
    let (received, waits) = read_all(&mut stream).await;
    assert_eq!(received, 5000);
    assert!(waits < 2500, "woken {waits} times");
}

#[wasm_bindgen_test]
async fn messages_that_come_one_by_one_are_read_one_by_one() {
    let server = Scenario::new().await;
    let source = server.source("/finish/5?interval_ms=100");
    let mut stream = source.stream().unwrap();
    let (received, waits) = read_all(&mut stream).await;
    assert_eq!(received, 5);
    assert!(waits >= 5, "woken {waits} times");
}
