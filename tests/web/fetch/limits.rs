//! Sizes and texts: large events, too large ones, pieces of any length, comments, any name.

use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{Buffer, CloseReason, Error, EventSource};

use crate::{
    Scenario,
    observe::{Notes, alphabet, data, message, messages, next, noting_states, numbers},
};

/// A connection whose body is just this text.
fn saying(server: &Scenario, text: &str, how: &str) -> EventSource {
    EventSource::fetch(server.plain_url(&format!("/verbatim{how}")))
        .method("POST")
        .body(text)
}

#[wasm_bindgen_test]
async fn an_event_of_seven_megabytes_arrives_byte_by_byte() {
    const SIZE: usize = 7_000_000;
    let server = Scenario::new().await;
    let mut stream = server.fetch(&format!("/huge/{SIZE}")).stream().unwrap();
    let huge = message(&mut stream).await;
    assert!(huge.data() == alphabet(SIZE), "something else has arrived");
    assert_eq!(next(&mut stream).await, None);
}

/// A small event, one that is larger than 1000 bytes, and another small one.
fn one_too_large() -> String {
    format!(
        "data: before\n\nid: 7\ndata: {}\n\ndata: after\n\n",
        "x".repeat(2000)
    )
}

#[wasm_bindgen_test]
async fn an_event_that_is_too_large_is_an_error_in_its_place_and_the_stream_goes_on() {
    let server = Scenario::new().await;
    for chunk in ["", "?chunk=100&pause_ms=1"] {
        let source = || saying(&server, &one_too_large(), chunk).max_event_size(1000);
        for source in [
            source(),
            // These go by way of the buffer.
            source().buffer(Buffer::unbounded()),
            source().on_frame("message", |_| {}),
        ] {
            let mut stream = source.stream().unwrap();
            assert_eq!(message(&mut stream).await.data(), "before");
            let error = next(&mut stream)
                .await
                .expect("an error")
                .expect_err("an error");
            assert_eq!(error, Error::TooLarge { limit: 1000 });
            assert_eq!(stream.close_reason(), None, "it goes on");
            assert_eq!(message(&mut stream).await.data(), "after");
            assert_eq!(next(&mut stream).await, None);
            assert_eq!(stream.close_reason(), Some(CloseReason::Ended));
        }
    }
}

#[wasm_bindgen_test]
async fn an_error_in_a_buffer_counts_as_a_message() {
    let server = Scenario::new().await;
    let source = server.fetch("/live").max_event_size(1000);
    let (source, states) = noting_states(source.buffer(Buffer::drop_oldest(2)));
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    let large = "x".repeat(2000);
    let text = format!("data: {large}\n\ndata: 1\n\ndata: 2\n\nevent: close\ndata\n\n");
    server.send(&text).await;
    states.until("closed").await;
    let lagged = Error::Lagged { dropped: 1 };
    assert_eq!(next(&mut stream).await, Some(Err(lagged)));
    assert_eq!(data(&mut stream).await, ["1", "2"]);
}

#[wasm_bindgen_test]
async fn an_event_within_the_limit_is_no_error() {
    let server = Scenario::new().await;
    let source = saying(&server, &one_too_large(), "").max_event_size(3000);
    let lengths: Vec<_> = data(&mut source.stream().unwrap())
        .await
        .iter()
        .map(String::len)
        .collect();
    assert_eq!(lengths, [6, 2000, 5]);
}

#[wasm_bindgen_test]
async fn an_event_without_end_is_given_up_at_the_limit_and_not_kept() {
    let server = Scenario::new().await;
    let source = server.fetch("/live").max_event_size(1000);
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    let half = "x".repeat(1500);
    server.send(&format!("data: {half}")).await;
    let error = next(&mut stream)
        .await
        .expect("an error")
        .expect_err("an error");
    assert_eq!(error, Error::TooLarge { limit: 1000 });
    server
        .send(&format!("{half}\ndata: {half}\n\ndata: after\n\n"))
        .await;
    assert_eq!(
        message(&mut stream).await.data(),
        "after",
        "one error an event"
    );
}

#[wasm_bindgen_test]
async fn pieces_of_one_byte_are_the_same_stream() {
    let text = "\u{FEFF}: café\r\ndata: one\r\n\r\nevent: été\rid: é1\rdata: zwei 🦀\rdata: \u{FEFF}x\r\rdata: drei\n\ndata: \u{2028}\r\n\n";
    let expected = [
        ("message", "one", ""),
        ("été", "zwei 🦀\n\u{FEFF}x", "é1"),
        ("message", "drei", "é1"),
        ("message", "\u{2028}", "é1"),
    ];
    let server = Scenario::new().await;
    for how in ["", "?chunk=1", "?chunk=1&pause_ms=1", "?chunk=3&pause_ms=1"] {
        let comments = Notes::default();
        let writer = comments.clone();
        let quiet = saying(&server, text, how).all_events();
        let noting = saying(&server, text, how).all_events();
        let noting = noting.on_comment(move |comment| writer.write(comment));
        for source in [quiet, noting] {
            let messages = messages(&mut source.stream().unwrap()).await;
            let seen: Vec<_> = messages
                .iter()
                .map(|message| {
                    (
                        message.event_type(),
                        message.data(),
                        message.last_event_id(),
                    )
                })
                .collect();
            assert_eq!(seen, expected, "{how:?}");
        }
        assert_eq!(comments.all(), [" café"], "{how:?}");
    }
}

#[wasm_bindgen_test]
async fn characters_that_are_split_between_writes_arrive_whole() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/split/utf8").stream().unwrap();
    assert_eq!(data(&mut stream).await, ["café 🦀 au lait"]);
}

#[wasm_bindgen_test]
async fn what_is_no_utf8_is_replaced_and_the_stream_goes_on() {
    let server = Scenario::new().await;
    let body = b"data: a\xFFb\xF0\x9F\n\ndata: c\n\n".to_vec();
    let source = EventSource::fetch(server.plain_url("/verbatim"));
    let mut stream = source.method("POST").body(body).stream().unwrap();
    assert_eq!(data(&mut stream).await, ["a\u{FFFD}b\u{FFFD}", "c"]);
}

#[wasm_bindgen_test]
async fn comments_are_seen_and_are_no_messages() {
    let server = Scenario::new().await;
    let comments = Notes::default();
    let (first, second) = (comments.clone(), comments.clone());
    let source = server
        .fetch("/comments/2")
        .on_comment(move |comment| first.write(comment))
        .on_comment(move |comment| second.write(format!("again {comment}")));
    assert_eq!(data(&mut source.stream().unwrap()).await, numbers(1..=2));
    assert_eq!(
        comments.all(),
        [" ping 1", "again  ping 1", " ping 2", "again  ping 2"]
    );
    let mut without = server.fetch("/comments/2").stream().unwrap();
    assert_eq!(data(&mut without).await, numbers(1..=2));
}

const ANY_NAME: &str = "event: error\ndata: 1\n\nevent: open\ndata: 2\n\ndata: 3\n\nevent: \u{e9}\ndata: 4\n\nevent: close\ndata: 5\n\ndata: 6\n\n";

#[wasm_bindgen_test]
async fn all_events_are_those_that_nobody_named_too() {
    let server = Scenario::new().await;
    for buffered in [false, true] {
        let mut source = saying(&server, ANY_NAME, "").all_events();
        if buffered {
            source = source.buffer(Buffer::unbounded());
        }
        let mut stream = source.stream().unwrap();
        let messages = messages(&mut stream).await;
        let seen: Vec<_> = messages
            .iter()
            .map(|m| (m.event_type(), m.data()))
            .collect();
        let expected = [
            ("error", "1"),
            ("open", "2"),
            ("message", "3"),
            ("é", "4"),
            ("close", "5"),
        ];
        assert_eq!(seen, expected);
        assert!(matches!(stream.close_reason(), Some(CloseReason::Rule(_))));
    }
}

#[wasm_bindgen_test]
async fn an_enum_takes_all_events_and_what_has_no_variant_is_its_other_or_an_error() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Loose {
        Error(u32),
        Message(u32),
        #[serde(other)]
        Rest,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Strict {
        Error(u32),
        Message(u32),
    }
    let server = Scenario::new().await;
    let source = saying(&server, ANY_NAME, "").all_events();
    let mut loose = source.typed::<Loose>().unwrap();
    for expected in [
        Loose::Error(1),
        Loose::Rest,
        Loose::Message(3),
        Loose::Rest,
        Loose::Rest,
    ] {
        assert_eq!(next(&mut loose).await, Some(Ok(expected)));
    }
    assert_eq!(next(&mut loose).await, None);
    let source = saying(&server, ANY_NAME, "").all_events();
    let mut strict = source.typed::<Strict>().unwrap();
    let mut seen = Vec::new();
    while let Some(item) = next(&mut strict).await {
        seen.push(match item {
            Ok(event) => format!("{event:?}"),
            Err(Error::Decode(error)) => error.message().event_type().to_owned(),
            Err(other) => panic!("{other}"),
        });
    }
    assert_eq!(seen, ["Error(1)", "open", "Message(3)", "é", "close"]);
}

#[wasm_bindgen_test]
async fn all_events_need_a_stream() {
    let source = EventSource::new("/never-asked-for").all_events();
    let error = source.open().expect_err("no stream");
    assert!(matches!(
        error,
        wasm_eventsource::OpenError::NoStream { .. }
    ));
}
