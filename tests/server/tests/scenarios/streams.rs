//! Streams of which there is too much, or too little certain, for the table of answers.

use reqwest::Method;
use serde_json::Value;

use crate::support::{CLOSE_EVENT, Scenario, numbered, rest, whole};

/// The data of events that have no other field.
fn data(events: &str) -> impl Iterator<Item = &str> {
    let events = events.split_terminator("\n\n");
    events.map(|event| event.strip_prefix("data: ").expect("data alone"))
}

#[tokio::test]
async fn the_time_comes_at_once() {
    let scenario = Scenario::start().await;
    let mut stream = scenario.get("/time?interval_ms=86400000").await;
    let chunk = stream.chunk().await.expect("open").expect("an event");
    let time = chunk.strip_prefix(b"event: test\ndata: ");
    let time = time.and_then(|rest| rest.strip_suffix(b"\n\n"));
    assert!(time.is_some_and(|time| time.len() > 9 && time.iter().all(u8::is_ascii_digit)));
    drop(stream);
    scenario.wait("open=0").await;
}

#[tokio::test]
async fn the_readings_of_the_machine_go_on_after_the_last_event_id() {
    let scenario = Scenario::start().await;
    let after = [("last-event-id", "41")];
    let path = "/machine?interval_ms=1";
    let mut stream = scenario.ask(Method::GET, path, &after).await;
    let mut text = String::new();
    while !text.contains("id: 46\n") {
        let chunk = stream.chunk().await.expect("open").expect("an event");
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    let mut events = text.split("\n\n");
    assert_eq!(events.next(), Some("retry: 1000"));
    let mut next = |name, id: u64| {
        let event = events.next().expect("an event");
        let data = event.strip_prefix(&format!("event: {name}\nid: {id}\ndata: "));
        let data: Value = serde_json::from_str(data.expect(event)).expect("JSON");
        assert!(data["at"].is_u64(), "{event}");
        data
    };
    assert!(next("cpu", 42)["cores"][0].is_number());
    let memory = next("memory", 43);
    assert!(memory["used"].as_u64() <= memory["total"].as_u64());
    assert!(next("load", 44)["one"].is_number());
}

#[tokio::test]
async fn a_reply_is_its_tokens_and_then_done() {
    let scenario = Scenario::start().await;
    for (path, token, first, part) in [
        ("/reply?pace_ms=0", "/token", "Server-sent", "bientôt"),
        ("/reply?pace_ms=0&prompt=Rust", "/token", "In Rust", "🦀"),
        ("/reply?pace_ms=0&prompt=retry", "/token", "When a", "🔁"),
        ("/tokens/1000", "/choices/0/delta/content", "Server", "⛅In"),
    ] {
        let text = whole(scenario.get(path).await).await;
        let tokens = text.strip_suffix("data: [DONE]\n\n").expect("the end");
        let tokens = data(tokens).map(|data| {
            let data: Value = serde_json::from_str(data).expect("JSON");
            let token = data.pointer(token).and_then(Value::as_str);
            token.expect("a token").to_owned()
        });
        let tokens: Vec<String> = tokens.collect();
        assert!(path != "/tokens/1000" || tokens.len() == 1000);
        let reply = tokens.concat();
        assert!(reply.starts_with(first) && reply.contains(part), "{reply}");
    }
}

#[tokio::test]
async fn a_torn_feed_delivers_every_number_once_over_a_hundred_cuts() {
    let scenario = Scenario::start().await;
    let (mut next, mut received, mut within_an_event) = (1_u64, 0, 0);
    for number in 1..=101 {
        let after = [("last-event-id", &*(next - 1).to_string())];
        let path = "/torn/100000?seed=7";
        let body = whole(scenario.ask(Method::GET, path, &after).await).await;
        let cut = body.strip_suffix("<cut>");
        assert_eq!(cut.is_some(), number <= 100, "{number}");
        let body = cut.unwrap_or(&body);
        received += body.len() as u64;
        let mut events = body.trim_end_matches(CLOSE_EVENT);
        while let Some(rest) = events.strip_prefix(&numbered(next)) {
            events = rest;
            next += 1;
        }
        // What is left of an event.
        assert!(numbered(next).starts_with(events), "{events}");
        within_an_event += u64::from(!events.is_empty());
    }
    assert_eq!(next, 100_001);
    assert!(within_an_event > 50, "{within_an_event}");
    let counts = scenario.wait("open=0").await;
    assert_eq!((counts.written, counts.aborted), (received, 0));
}

#[tokio::test]
async fn a_cut_waits_for_a_client_that_does_not_read_yet() {
    let scenario = Scenario::start().await;
    let socket = scenario.raw("/torn/400000?cuts=1&seed=1").await;
    scenario.wait("held=1").await;
    let (all, error) = rest(socket).await;
    assert_eq!(error, None);
    // The headers and the length of each chunk come besides, but not the last chunk.
    assert!(all.len() as u64 > scenario.wait("open=0").await.written);
    assert!(!all.ends_with(b"\r\n0\r\n\r\n"));
}

#[tokio::test]
async fn a_body_comes_back_verbatim_and_in_pieces() {
    let scenario = Scenario::start().await;
    let verbatim = async |query: &str, body: Vec<u8>| {
        let request = scenario.request(Method::POST, &format!("/verbatim{query}"));
        let mut answer = request.body(body).send().await.expect("an answer");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.content_length(), None);
        let mut pieces = Vec::new();
        while let Some(piece) = answer.chunk().await.expect("a proper end") {
            pieces.push(piece);
        }
        pieces
    };
    let body = vec![0xFF; 3 << 20];
    assert!(verbatim("", body.clone()).await.concat() == body);
    assert!(verbatim("", vec![]).await.is_empty());
    for query in ["?chunk=4", "?chunk=4&pause_ms=1"] {
        let pieces = verbatim(query, b"data: one\n\n".to_vec()).await;
        assert_eq!(pieces, ["data", ": on", "e\n\n"], "{query}");
    }
}

#[tokio::test]
async fn a_body_that_was_put_comes_to_everyone_who_asks_until_another_is_put() {
    let scenario = Scenario::start().await;
    assert_eq!(scenario.get("/kept/a").await.status(), 404);
    for body in ["data: one\n\n", "data: other\n\n"] {
        let put = scenario.request(Method::PUT, "/kept/a").body(body).send();
        assert_eq!(put.await.expect("an answer").status(), 204);
        for _ in 0..2 {
            let answer = scenario.get("/kept/a").await;
            assert_eq!(answer.headers()["content-type"], "text/event-stream");
            assert_eq!(whole(answer).await, body);
        }
    }
    assert_eq!(scenario.get("/kept/b").await.status(), 404);
    assert_eq!(scenario.counts().await.opened, 4);
}

#[tokio::test]
async fn much_at_once_is_numbered_and_each_data_has_the_size() {
    let scenario = Scenario::start().await;
    for (path, size) in [
        ("/burst/5000?size=64", 64),
        ("/flood/2?size=100", 100),
        ("/flood/2?size=65536", 65_536),
    ] {
        let text = whole(scenario.get(path).await).await;
        let events = text.strip_suffix(CLOSE_EVENT).expect("the close event");
        for (data, n) in data(events).zip(1_u64..) {
            assert_eq!(data.len(), size);
            assert!(data.starts_with(&format!("{{\"n\":{n},")));
        }
        if path.starts_with("/burst") {
            assert_eq!(data(events).count(), 5000);
        } else {
            let too_much = events.len().checked_sub(2 << 20);
            assert!(too_much.is_some_and(|bytes| bytes < size + 8));
        }
    }
}

#[tokio::test]
async fn a_huge_event_has_just_its_size() {
    let scenario = Scenario::start().await;
    let data: String = ('a'..='z').cycle().take(1_000_000).collect();
    let expected = format!("data: {data}\n\n{CLOSE_EVENT}");
    assert!(whole(scenario.get("/huge/1000000").await).await == expected);
}
