//! What each stream route says.

use serde_json::Value;

use crate::support::{CLOSE_EVENT, Scenario, chunks, read, until_closed, until_reset};

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
async fn a_comment_comes_before_each_event() {
    let scenario = Scenario::start().await;
    let text = scenario.text("/comments/2").await;
    let expected = ": ping 1\nid: 1\ndata: {\"n\":1}\n\n: ping 2\nid: 2\ndata: {\"n\":2}\n\n";
    assert_eq!(text, format!("{expected}{CLOSE_EVENT}"));
}

#[tokio::test]
async fn a_torn_feed_delivers_every_number_once_over_a_hundred_cuts() {
    let scenario = Scenario::start().await;
    let (mut next, mut received, mut within_an_event) = (1_u64, 0, 0);
    for number in 1..=101 {
        let last = (next - 1).to_string();
        let mut answer = scenario.get_after("/torn/100000?seed=7", &last).await;
        let mut bytes = Vec::new();
        let cut = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert_eq!(cut, number <= 100, "{number}");
        received += bytes.len() as u64;
        let text = std::str::from_utf8(&bytes).expect("UTF-8");
        let text = match text.strip_suffix(CLOSE_EVENT) {
            Some(events) => events,
            None => &text[..text.rfind("\n\n").map_or(0, |end| end + 2)],
        };
        within_an_event += u64::from(cut && text.len() < bytes.len());
        for event in text.split_terminator("\n\n") {
            assert_eq!(event, format!("id: {next}\ndata: {{\"n\":{next}}}"));
            next += 1;
        }
    }
    assert_eq!(next, 100_001);
    assert!(within_an_event > 50, "{within_an_event}");
    let counts = scenario.wait("open=0").await;
    assert_eq!((counts.written, counts.aborted), (received, 0));
}

#[tokio::test]
async fn a_torn_feed_is_cut_at_the_same_bytes_for_the_same_seed() {
    let torn = async |seed: u64| {
        let scenario = Scenario::start().await;
        let path = format!("/torn/1000?cuts=1&seed={seed}&key=k");
        until_closed(&mut scenario.raw(&path).await).await.len()
    };
    assert_eq!(torn(1).await, torn(1).await);
    assert_ne!(torn(1).await, torn(2).await);
}

#[tokio::test]
async fn a_torn_feed_that_was_used_up_finishes() {
    let scenario = Scenario::start().await;
    let answer = scenario.get_after("/torn/9", "9").await;
    let text = answer.text().await.expect("a proper end");
    assert_eq!(text, CLOSE_EVENT);
    assert!(scenario.text("/torn/2?cuts=0").await.ends_with(CLOSE_EVENT));
}

#[tokio::test]
async fn a_cut_waits_for_a_client_that_does_not_read_yet() {
    let scenario = Scenario::start().await;
    let mut socket = scenario.raw("/torn/400000?cuts=1&seed=1&key=k").await;
    scenario.wait("held=1").await;
    let all = until_closed(&mut socket).await;
    let (chunks, ended) = chunks(&all);
    assert!(!ended);
    let received: usize = chunks.iter().map(|chunk| chunk.len()).sum();
    assert_eq!(scenario.wait("open=0").await.written, received as u64);
}

#[tokio::test]
async fn a_stalled_stream_has_half_an_event_and_stays_open() {
    let scenario = Scenario::start().await;
    let mut stream = scenario.get_after("/stall?n=2", "4").await;
    let whole = "id: 5\ndata: {\"n\":5}\n\nid: 6\ndata: {\"n\":6}\n\n";
    read(&mut stream, &format!("{whole}data: {{\"n\":")).await;
    assert_eq!(scenario.counts().await.open, 1);
}

#[tokio::test]
async fn a_body_comes_back_verbatim() {
    let scenario = Scenario::start().await;
    let body = vec![0xFF; 3 << 20];
    let request = scenario.http.post(scenario.url("/verbatim"));
    let answer = request.body(body.clone()).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert!(answer.bytes().await.expect("a proper end") == body);
    let empty = scenario.http.post(scenario.url("/verbatim")).send().await;
    assert_eq!(empty.expect("an answer").content_length(), None);
    assert_eq!(scenario.get("/verbatim?chunk=0").await.status(), 400);
}

#[tokio::test]
async fn a_body_comes_back_in_pieces() {
    let scenario = Scenario::start().await;
    for path in [
        "/verbatim?key=k&chunk=4",
        "/verbatim?key=k&chunk=4&pause_ms=1",
    ] {
        let mut socket = scenario.raw_request("POST", path, "data: one\n\n").await;
        let all = until_closed(&mut socket).await;
        assert_eq!(chunks(&all), (vec!["data", ": on", "e\n\n"], true));
    }
}

#[tokio::test]
async fn a_request_is_told_what_it_said() {
    let scenario = Scenario::start().await;
    let request = scenario.http.put(scenario.url("/headers"));
    let request = request.header("x-token", "secret").body("{\"a\":1}");
    let answer = request.send().await.expect("an answer");
    let text = answer.text().await.expect("a proper end");
    let data = text.strip_prefix("data: ").expect("data");
    let data = data.strip_suffix(&format!("\n\n{CLOSE_EVENT}"));
    let data: Value = serde_json::from_str(data.expect("the close event")).expect("JSON");
    assert_eq!(data["method"], "PUT");
    assert_eq!(data["headers"]["x-token"], "secret");
    assert_eq!(data["body"], "{\"a\":1}");
    let url = format!("{}/requests/k", scenario.server.url());
    let answer = scenario.http.get(url).send().await.expect("an answer");
    let requests: Value = answer.json().await.expect("JSON");
    assert_eq!(requests[0], data);
}

#[tokio::test]
async fn a_flood_has_so_many_megabytes_of_numbered_events() {
    let scenario = Scenario::start().await;
    for size in [100, 65_536] {
        let text = scenario.text(&format!("/flood/2?size={size}")).await;
        let events = text.strip_suffix(CLOSE_EVENT).expect("the close event");
        let too_much = events.len().checked_sub(2 << 20);
        assert!(too_much.is_some_and(|bytes| bytes < size + 8));
        for (event, n) in events.split_terminator("\n\n").zip(1_u64..) {
            let data = event.strip_prefix("data: ").expect("data");
            assert_eq!(data.len(), size);
            assert!(data.starts_with(&format!("{{\"n\":{n},")));
        }
    }
    assert_eq!(scenario.get("/flood/1?size=9999999").await.status(), 400);
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
async fn a_burst_may_have_many_names_in_rotation() {
    let scenario = Scenario::start().await;
    let text = scenario.text("/burst/7?size=20&names=3").await;
    let names = text.lines().filter_map(|line| line.strip_prefix("event: "));
    let names: Vec<&str> = names.collect();
    assert_eq!(names, ["e0", "e1", "e2", "e0", "e1", "e2", "e0", "close"]);
    for refused in ["names=0", "names=10001", "names=2&event=tick"] {
        let response = scenario.get(&format!("/burst/1?{refused}")).await;
        assert_eq!(response.status(), 400);
    }
}

#[tokio::test]
async fn tokens_come_at_once_and_end_with_the_sentinel() {
    let scenario = Scenario::start().await;
    let text = scenario.text("/tokens/1000").await;
    let events = text.strip_suffix("data: [DONE]\n\n").expect("the sentinel");
    let events: Vec<&str> = events.split_terminator("\n\n").collect();
    assert_eq!(events.len(), 1000);
    let mut reply = String::new();
    for event in events {
        let data = event.strip_prefix("data: ").expect("no name");
        let data: Value = serde_json::from_str(data).expect("JSON");
        let choice = &data["choices"][0];
        reply += choice["delta"]["content"].as_str().expect("a token");
    }
    assert!(reply.starts_with("Server-sent events are the quiet way"));
    assert!(reply.contains("⛅In Rust"));
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
