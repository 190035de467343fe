//! What each stream route says.

use serde_json::Value;

use crate::support::{CLOSE_EVENT, Scenario, read, until_closed, until_reset};

#[tokio::test]
async fn the_time_comes_at_once() {
    let scenario = Scenario::start().await;
    let mut stream = scenario.get("/time?interval_ms=86400000").await;
    let chunk = stream.chunk().await.expect("open").expect("an event");
    let text = std::str::from_utf8(&chunk).expect("UTF-8");
    let time = text.strip_prefix("event: test\ndata: ");
    let time = time.and_then(|rest| rest.strip_suffix("\n\n"));
    assert!(
        time.is_some_and(|time| time.parse::<u64>().is_ok()),
        "{text:?}"
    );
}

#[tokio::test]
async fn the_reconnection_time_is_sent_first_where_it_is_asked_for() {
    let scenario = Scenario::start().await;
    let text = scenario.text("/finish/0?retry=5").await;
    assert_eq!(text, format!("retry: 5\n\n{CLOSE_EVENT}"));
}

#[tokio::test]
async fn the_readings_of_the_machine_go_on_after_the_last_event_id() {
    let scenario = Scenario::start().await;
    let mut stream = scenario.get_after("/machine?interval_ms=1", "41").await;
    let mut text = String::new();
    while !text.contains("id: 46\n") {
        let chunk = stream.chunk().await.expect("open").expect("an event");
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    let mut events = text.split("\n\n");
    assert_eq!(events.next(), Some("retry: 1000"));
    for (id, name) in (42..45).zip(["cpu", "memory", "load"]) {
        let event = events.next().expect("an event");
        let prefix = format!("event: {name}\nid: {id}\ndata: ");
        let data = event.strip_prefix(&prefix).expect(&prefix);
        let data: Value = serde_json::from_str(data).expect("JSON");
        assert!(data["at"].is_u64());
        match name {
            "cpu" => assert!(data["cores"].as_array().is_some_and(|c| !c.is_empty())),
            "memory" => assert!(data["used"].as_u64() <= data["total"].as_u64()),
            _ => assert!(data["one"].is_number()),
        }
    }
}

#[tokio::test]
async fn a_reply_is_its_tokens_and_then_done() {
    let scenario = Scenario::start().await;
    for prompt in ["", "What about Rust?", "How does it reconnect?"] {
        let path = format!("/reply?pace_ms=0&prompt={}", prompt.replace(' ', "+"));
        let text = scenario.text(&path).await;
        let tokens = text.strip_suffix("data: [DONE]\n\n").expect("the end");
        let reply: String = tokens
            .split_terminator("\n\n")
            .map(|event| {
                let data = event.strip_prefix("data: ").expect("data");
                let data: Value = serde_json::from_str(data).expect("JSON");
                data["token"].as_str().expect("a token").to_owned()
            })
            .collect();
        assert!(reply.contains('\n') && !reply.is_ascii(), "{reply}");
        assert_eq!(reply.contains('🦀'), prompt.contains("Rust"));
    }
}

#[tokio::test]
async fn finish_says_that_it_has_finished() {
    let scenario = Scenario::start().await;
    let expected = "event: x\nid: 1\ndata: {\"n\":1}\n\nevent: x\nid: 2\ndata: {\"n\":2}\n\n";
    let text = scenario.text("/finish/2?event=x").await;
    assert_eq!(text, format!("{expected}{CLOSE_EVENT}"));
}

#[tokio::test]
async fn end_goes_on_after_the_last_event_id() {
    let scenario = Scenario::start().await;
    let text = scenario.get_after("/end/2", "7").await.text().await;
    let expected = "id: 8\ndata: {\"n\":8}\n\nid: 9\ndata: {\"n\":9}\n\n";
    assert_eq!(text.expect("a proper end"), expected);
    let last = scenario.get_after("/end/2", &u64::MAX.to_string()).await;
    assert_eq!(last.text().await.expect("a proper end"), "");
}

#[tokio::test]
async fn mixed_names_come_in_rotation() {
    let scenario = Scenario::start().await;
    let text = scenario.text("/mixed/3?names=a,message").await;
    let expected = "event: a\nid: 1\ndata: {\"n\":1}\n\nid: 2\ndata: {\"n\":2}\n\n\
                    event: a\nid: 3\ndata: {\"n\":3}\n\n";
    assert_eq!(text, format!("{expected}{CLOSE_EVENT}"));
}

#[tokio::test]
async fn resume_delivers_every_number_once_over_several_connections() {
    let scenario = Scenario::start().await;
    let (mut ids, mut last) = (Vec::new(), String::new());
    let whole = loop {
        let answer = scenario.get_after("/resume/5?cut_every=2", &last).await;
        let text = answer.text().await.expect("a proper end");
        let lines = text.lines().filter_map(|line| line.strip_prefix("id: "));
        ids.extend(lines.map(str::to_owned));
        last = ids.last().expect("an id").clone();
        if text.ends_with(CLOSE_EVENT) {
            break ids;
        }
    };
    assert_eq!(whole, ["1", "2", "3", "4", "5"]);
    assert_eq!(scenario.counts().await.last_event_ids, ["", "2", "4"]);
}

#[tokio::test]
async fn a_cut_stream_ends_without_the_final_chunk() {
    let scenario = Scenario::start().await;
    let mut socket = scenario.raw("/cut/event?key=k").await;
    let all = until_closed(&mut socket).await;
    assert!(all.contains("id: 1\ndata: {\"n\":1}\n\n"), "{all:?}");
    assert!(all.ends_with("event: test\ndata: {\"n\":\r\n"), "{all:?}");
    scenario.wait("open=0").await;
}

#[tokio::test]
async fn a_stream_that_ends_too_early_has_the_final_chunk() {
    let scenario = Scenario::start().await;
    let text = scenario.text("/cut/event?how=end&n=0").await;
    assert_eq!(text, "event: test\ndata: {\"n\":");
}

#[tokio::test]
async fn a_stream_can_be_cut_in_the_middle_of_a_character() {
    let scenario = Scenario::start().await;
    let bytes = scenario.get("/cut/utf8?how=end&n=0").await.bytes().await;
    assert_eq!(&bytes.expect("a proper end")[..], b"data: crab \xF0\x9F");
}

#[tokio::test]
async fn a_split_character_arrives_whole() {
    let scenario = Scenario::start().await;
    let text = scenario.text("/split/utf8?pause_ms=1").await;
    let expected = "id: 1\ndata: café 🦀 au lait\n\n";
    assert_eq!(text, format!("{expected}{CLOSE_EVENT}"));
}

#[tokio::test]
async fn refuse_resets_the_connection_without_an_answer() {
    let scenario = Scenario::start().await;
    let mut socket = scenario.raw("/refuse?key=k").await;
    until_reset(&mut socket).await;
    assert_eq!(scenario.counts().await.requests, 1);
}

#[tokio::test]
async fn the_server_may_use_the_names_of_the_connection_events() {
    for name in ["error", "open"] {
        let scenario = Scenario::start().await;
        let mut stream = scenario.get(&format!("/named/{name}")).await;
        let named = format!("event: {name}\nid: 1\ndata: {{\"name\":\"{name}\"}}\n\n");
        let message = "id: 2\ndata: {\"name\":\"message\"}\n\n";
        read(&mut stream, &format!("{named}{message}")).await;
        assert_eq!(scenario.counts().await.open, 1);
    }
}

#[tokio::test]
async fn a_burst_is_numbered_and_each_data_has_the_size() {
    let scenario = Scenario::start().await;
    let text = scenario.text("/burst/5000?size=64&event=tick").await;
    let events = text.strip_suffix(CLOSE_EVENT).expect("the close event");
    let events: Vec<&str> = events.split_terminator("\n\n").collect();
    assert_eq!(events.len(), 5000);
    for (event, n) in events.into_iter().zip(1_u64..) {
        let data = event.strip_prefix("event: tick\ndata: ").expect("a name");
        assert_eq!(data.len(), 64);
        let data: Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(data["n"], n);
    }
}

#[tokio::test]
async fn a_huge_event_has_just_its_size() {
    let scenario = Scenario::start().await;
    let text = scenario.text("/huge/1000000").await;
    let data = text.strip_suffix(&format!("\n\n{CLOSE_EVENT}"));
    let data = data.and_then(|text| text.strip_prefix("data: "));
    let data = data.expect("one event and the close event");
    assert_eq!(data.len(), 1_000_000);
    assert!(data.bytes().zip((b'a'..=b'z').cycle()).all(|(a, b)| a == b));
}
