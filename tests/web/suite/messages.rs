//! One ordered stream over any number of event names.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::Buffer;

use super::Scenario;
use crate::observe::{alphabet, data, is_silent, message, messages, numbers, soon};

#[wasm_bindgen_test]
async fn events_of_several_names_arrive_in_the_order_the_server_sent_them() {
    let server = Scenario::new().await;
    let source = server
        .source("/mixed/300?names=a,b,message,c")
        .events(["c", "a", "message", "b"]);
    let mut stream = source.stream().unwrap();
    let (types, data): (Vec<_>, Vec<_>) = messages(&mut stream)
        .await
        .into_iter()
        .map(|message| (message.event_type().to_owned(), message.data().to_owned()))
        .unzip();
    assert_eq!(data, numbers(1..=300));
    let rotation = ["a", "b", "message", "c"].into_iter().cycle();
    assert!(types.iter().map(String::as_str).eq(rotation.take(300)));
}

#[wasm_bindgen_test]
async fn a_stream_that_names_no_event_receives_the_unnamed_ones() {
    let server = Scenario::new().await;
    let mut stream = server.source("/mixed/6?names=a,message").stream().unwrap();
    let messages = messages(&mut stream).await;
    assert!(
        messages
            .iter()
            .all(|message| message.event_type() == "message")
    );
    assert_eq!(messages.len(), 3);
}

#[wasm_bindgen_test]
async fn names_that_are_not_subscribed_to_are_not_delivered() {
    let server = Scenario::new().await;
    let mut stream = server
        .source("/mixed/9?names=a,b,message")
        .event("b")
        .stream()
        .unwrap();
    assert_eq!(data(&mut stream).await, numbers((2..9).step_by(3)));
}

#[wasm_bindgen_test]
async fn a_name_subscribed_to_twice_is_delivered_once() {
    let server = Scenario::new().await;
    let mut stream = server
        .source("/mixed/2?names=a")
        .events(["a", "a"])
        .stream()
        .unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=2));
}

#[wasm_bindgen_test]
async fn a_message_carries_its_type_data_id_and_origin() {
    let server = Scenario::new().await;
    let mut stream = server
        .source("/live")
        .events(["tick", "message"])
        .stream()
        .unwrap();
    server.until("open=1").await;
    server
        .send("data: before any id\n\nid: é7\nevent: tick\ndata: 1\ndata: 2\n\ndata: after\n\n")
        .await;
    let first = message(&mut stream).await;
    assert_eq!(
        (first.event_type(), first.data(), first.last_event_id()),
        ("message", "before any id", "")
    );
    let second = message(&mut stream).await;
    assert_eq!(
        (second.event_type(), second.data(), second.last_event_id()),
        ("tick", "1\n2", "é7")
    );
    assert_eq!(second.origin(), server.origin());
    let third = message(&mut stream).await;
    assert_eq!(
        (third.data(), third.last_event_id()),
        ("after", "é7"),
        "an id holds until the next"
    );
    assert_eq!(stream.connection().last_event_id(), "é7");
}

#[wasm_bindgen_test]
async fn empty_data_is_a_message_and_an_event_without_data_is_none() {
    let server = Scenario::new().await;
    let mut stream = server.source("/live").events(["a", "b"]).stream().unwrap();
    server.until("open=1").await;
    server.send("event: a\n\nevent: b\ndata\n\n").await;
    let only = message(&mut stream).await;
    assert_eq!((only.event_type(), only.data()), ("b", ""));
}

#[wasm_bindgen_test]
async fn characters_that_are_split_between_writes_arrive_whole() {
    let server = Scenario::new().await;
    let mut stream = server.source("/split/utf8").stream().unwrap();
    assert_eq!(data(&mut stream).await, ["café 🦀 au lait"]);
}

#[wasm_bindgen_test]
async fn data_of_any_length_and_script_arrive_whole_in_any_order() {
    let server = Scenario::new().await;
    let mut stream = server.source("/live").stream().unwrap();
    server.until("open=1").await;
    let mut sent = Vec::new();
    for script in ["a", "é", "語", "🦀", "a🦀", "aé語🦀"] {
        let characters = script.chars().count();
        for length in [1, 383, 384, 385, 20_000, 0, 3, 1_000, 1_001, 128, 400] {
            sent.push(script.repeat(length / characters) + &"a".repeat(length % characters));
        }
    }
    let text: String = sent.iter().map(|data| format!("data:{data}\n\n")).collect();
    server.send(&text).await;
    for sent in sent {
        assert_eq!(message(&mut stream).await.data(), sent);
    }
}

#[wasm_bindgen_test]
async fn names_with_spaces_and_other_scripts_are_names() {
    let server = Scenario::new().await;
    let mut stream = server
        .source("/live")
        .events(["two words", "время"])
        .stream()
        .unwrap();
    server.until("open=1").await;
    server
        .send("event: two words\ndata: 1\n\nevent: время\ndata: 2\n\n")
        .await;
    assert_eq!(message(&mut stream).await.event_type(), "two words");
    assert_eq!(message(&mut stream).await.event_type(), "время");
}

#[wasm_bindgen_test]
async fn a_burst_that_nobody_reads_meanwhile_arrives_whole_and_in_order() {
    let server = Scenario::new().await;
    let source = server.source("/burst/10000?size=60");
    let mut stream = source.buffer(Buffer::unbounded()).stream().unwrap();
    // The server has sent it all before the first is read.
    server.until("opened=1&open=0").await;
    let mut expected = 1;
    soon("the burst", async {
        for message in messages(&mut stream).await {
            let start = format!(r#"{{"n":{expected},"#);
            assert!(
                message.data().starts_with(&start),
                "{} is not {expected}",
                message.data()
            );
            expected += 1;
        }
    })
    .await;
    assert_eq!(expected, 10_001);
}

#[wasm_bindgen_test]
async fn an_event_of_four_megabytes_arrives_whole() {
    const SIZE: usize = 4 << 20;
    let server = Scenario::new().await;
    let mut stream = server.source(&format!("/huge/{SIZE}")).stream().unwrap();
    let huge = message(&mut stream).await;
    assert!(huge.data() == alphabet(SIZE), "something else has arrived");
}

#[wasm_bindgen_test]
async fn a_redirect_is_followed_and_is_no_reason_to_come_back() {
    let server = Scenario::new().await;
    let mut stream = server.source("/redirect?to=/finish/2").stream().unwrap();
    let messages = messages(&mut stream).await;
    assert_eq!(messages.len(), 2);
    server.no_request_follows(2, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_stream_with_nothing_to_say_is_pending() {
    let server = Scenario::new().await;
    let mut stream = server.source("/live").stream().unwrap();
    server.until("open=1").await;
    assert!(is_silent(&mut stream));
    server.send("data: 1\n\n").await;
    assert_eq!(message(&mut stream).await.data(), "1");
    assert!(is_silent(&mut stream));
}
