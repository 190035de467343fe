//! A stream that is not polled holds the server back; what reads ahead does not.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{Buffer, CloseReason, Error, EventStream};

use super::{Engine, Numbered, engine};
use crate::{
    Scenario,
    observe::{Notes, data, memory_size, next, noting_states},
};

/// Whether this browser holds a server back whose body nobody reads. Only Chromium does: Firefox and
/// WebKit take all there is into memory of their own. What is shown of them is that none of it comes to
/// us.
fn browser_holds_back() -> bool {
    engine() == Engine::Chromium
}

/// How many megabytes of 2^20 bytes are sent, in each about 16 events: more than any memory on the way
/// could hide, where the server is held back.
fn megabytes() -> u64 {
    if browser_holds_back() { 256 } else { 64 }
}

/// What may be on its way to a stream that is not polled: the browser reads ahead of us, and so do the
/// sockets.
const ON_ITS_WAY: u64 = 100_000_000;

/// So much the wasm memory may grow while many times as much comes in: Chromium hands out pieces of up to
/// some ten megabytes.
const A_LITTLE: u32 = 32 << 20;

/// Waits until the server is held back, and sees how far it has come.
async fn is_held(server: &Scenario) {
    if browser_holds_back() {
        let counts = server.until("held=1").await;
        assert!(counts.written < ON_ITS_WAY, "{} bytes", counts.written);
    } else {
        server.until("opened=1&open=0").await;
    }
}

/// The number that begins the data of an event of a flood.
fn number(data: &str) -> u64 {
    let digits = data
        .strip_prefix("{\"n\":")
        .and_then(|rest| rest.split(',').next());
    digits
        .and_then(|digits| digits.parse().ok())
        .expect("a number")
}

#[wasm_bindgen_test]
async fn a_stream_that_is_not_polled_holds_the_server_back_and_then_reads_it_all() {
    let server = Scenario::new().await;
    let megabytes = megabytes();
    let source = server.fetch(&format!("/flood/{megabytes}"));
    let mut stream = source.stream().unwrap();
    let before = memory_size();
    is_held(&server).await;
    let grown = memory_size() - before;
    assert!(grown < A_LITTLE, "{grown} bytes that nobody has asked for");
    let (mut count, mut sum, mut bytes) = (0, 0, 0);
    while let Some(message) = next(&mut stream).await {
        let message = message.unwrap();
        count += 1;
        sum += number(message.data());
        bytes += message.data().len();
        if count == 256 {
            // A reader that stops in the middle holds the server back, too.
            is_held(&server).await;
        }
    }
    assert_eq!(sum, count * (count + 1) / 2);
    // Of each event, a few bytes are around its data.
    assert!(bytes as u64 > megabytes * 1_048_000, "{bytes} bytes");
    assert!(matches!(stream.close_reason(), Some(CloseReason::Rule(_))));
    let grown = memory_size() - before;
    assert!(
        grown < A_LITTLE,
        "the wasm memory has grown by {grown} bytes"
    );
}

#[wasm_bindgen_test]
async fn callbacks_beside_a_stream_that_is_not_polled_hold_the_server_back() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let writer = notes.clone();
    let source = server
        .fetch(&format!("/flood/{}", megabytes()))
        .on_frame("message", move |frame| writer.write(number(frame.data())));
    let mut stream = source.stream().unwrap();
    is_held(&server).await;
    assert_eq!(
        notes.all().len(),
        0,
        "nothing is read before the stream is polled"
    );
    next(&mut stream).await;
    is_held(&server).await;
    let called = notes.all().len();
    // Firefox hands out in one piece whatever nobody has read.
    assert!(called < 100 || engine() == Engine::Firefox, "{called}");
}

#[wasm_bindgen_test]
async fn a_buffer_reads_ahead_of_a_stream_that_is_not_polled() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.fetch("/flood/20?size=16384"));
    let source = source.buffer(Buffer::latest());
    let mut stream: EventStream<Numbered> = source.typed_event("message").unwrap();
    states.until("closed").await;
    let dropped = match next(&mut stream).await {
        Some(Err(Error::Lagged { dropped })) => dropped,
        other => panic!("{other:?}"),
    };
    assert!(dropped > 1000, "{dropped}");
    assert_eq!(
        next(&mut stream).await,
        Some(Ok(Numbered { n: dropped + 1 }))
    );
    assert_eq!(next(&mut stream).await, None);
}

#[wasm_bindgen_test]
async fn an_unbounded_buffer_keeps_what_it_has_read_ahead() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.fetch("/burst/20000?size=60"));
    let mut stream = source.buffer(Buffer::unbounded()).stream().unwrap();
    states.until("closed").await;
    let data = data(&mut stream).await;
    assert!(data.iter().map(|data| number(data)).eq(1..=20_000));
}

#[wasm_bindgen_test]
async fn a_connection_without_a_stream_reads_all_by_itself() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let writer = notes.clone();
    let source = server
        .fetch("/flood/20")
        .on_frame("message", move |frame| writer.write(number(frame.data())));
    let (source, states) = noting_states(source);
    let _connection = source.open().unwrap();
    states.until("closed").await;
    let numbers: Vec<u64> = notes.all().iter().map(|n| n.parse().unwrap()).collect();
    assert!(numbers.len() >= 320 && numbers.iter().copied().eq(1..=numbers.len() as u64));
}

#[wasm_bindgen_test]
async fn a_stream_that_nobody_polls_does_not_see_its_close_event_before_it_is_polled() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.fetch("/finish/3"));
    let mut stream = source.stream().unwrap();
    // The server has said it all, and it is on this side.
    server.until("opened=1&open=0").await;
    states.until("open").await;
    assert_eq!(stream.close_reason(), None);
    assert_eq!(data(&mut stream).await.len(), 3);
    assert!(matches!(stream.close_reason(), Some(CloseReason::Rule(_))));
}
