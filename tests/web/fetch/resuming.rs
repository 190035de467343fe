//! A GET goes on where it was broken, with nothing lost and nothing twice; a POST is not repeated
//! unless it is wanted.

use std::time::Duration;

use futures_util::future::join4;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{
    Buffer, CloseReason, Error, EventSource,
    Lifecycle::{self, Opened, Reconnecting, Resumed},
    ReconnectCause, Retry,
};

use super::{Engine, Numbered, engine, last_error, request};
use crate::{
    Scenario,
    observe::{data, is_silent, item, lost, message, next, noting_states, numbers},
    scenario,
};

fn resumed(id: &str) -> Lifecycle {
    let last_event_id = id.to_owned();
    Resumed { last_event_id }
}

/// Reads a feed whose connection is cut after any byte, and then again.
async fn nothing_is_lost_and_nothing_repeated() {
    const TOTAL: u64 = 25_000;
    const CUTS: u32 = 25;
    let server = Scenario::new().await;
    let seed = (js_sys::Math::random() * 1e9) as u64;
    let route = format!("/torn/{TOTAL}?cuts={CUTS}&seed={seed}&retry=1");
    // Otherwise pauses grow, because the server cuts each response soon.
    let retry = Retry::default().healthy_after(Duration::ZERO);
    let source = EventSource::fetch(server.plain_url(&route)).retry(retry);
    let mut stream = source.typed_event::<Numbered>("message").unwrap();
    let (mut count, mut sum) = (0, 0);
    while let Some(event) = next(&mut stream).await {
        let Numbered { n } = event.unwrap_or_else(|error| panic!("{error}, seed {seed}"));
        count += 1;
        sum += n;
        assert_eq!(n, count, "seed {seed}");
    }
    assert_eq!(
        (count, sum),
        (TOTAL, TOTAL * (TOTAL + 1) / 2),
        "seed {seed}"
    );
    assert!(matches!(stream.close_reason(), Some(CloseReason::Rule(_))));
    server
        .no_request_follows(CUTS + 1, move || drop(stream))
        .await;
}

#[wasm_bindgen_test]
async fn a_hundred_cuts_after_any_byte_lose_nothing_and_repeat_nothing() {
    // Four feeds at a time, for most of it is the pauses before the next requests.
    let feed = nothing_is_lost_and_nothing_repeated;
    join4(feed(), feed(), feed(), feed()).await;
}

#[wasm_bindgen_test]
async fn an_id_counts_though_its_event_has_no_data_or_is_nobodys() {
    let server = Scenario::new().await;
    let retry = Retry::default().healthy_after(Duration::ZERO);
    let source = server.fetch("/live").retry(retry);
    let mut stream = source.stream().unwrap().with_lifecycle();
    assert_eq!(item(&mut stream).await, Opened);
    server.send("id: 4\ndata: x\n\n").await;
    assert!(matches!(item(&mut stream).await, Lifecycle::Message(_)));
    for (piece, id) in [
        ("id: 5\n\n", "5"),
        ("id: 6\nevent: unheard\ndata: x\n\n", "6"),
        ("id\n\n", ""),
    ] {
        server.send(piece).await;
        server.end().await;
        assert_eq!(lost(&mut stream).await, (1, ReconnectCause::Ended));
        assert_eq!(item(&mut stream).await, resumed(id));
        assert_eq!(stream.connection().last_event_id(), id);
    }
    assert_eq!(server.counts().await.last_event_ids, ["", "5", "6", ""]);
}

#[wasm_bindgen_test]
async fn the_id_of_an_event_that_was_cut_off_does_not_count() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/live").stream().unwrap().with_lifecycle();
    assert_eq!(item(&mut stream).await, Opened);
    server.send("id: 1\ndata: a\n\nid: 2\ndata: b\n").await;
    assert!(matches!(item(&mut stream).await, Lifecycle::Message(_)));
    // It asks for more, without which the end is not seen.
    assert!(is_silent(&mut stream));
    server.end().await;
    assert_eq!(lost(&mut stream).await, (1, ReconnectCause::Ended));
    assert_eq!(item(&mut stream).await, resumed("1"));
    assert_eq!(server.counts().await.last_event_ids, ["", "1"]);
    // Nothing of it is left either.
    server.send("data: c\n\n").await;
    match item(&mut stream).await {
        Lifecycle::Message(message) => {
            assert_eq!((message.data(), message.last_event_id()), ("c", "1"));
        }
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn the_time_that_the_server_sets_holds_until_it_sets_another() {
    let server = Scenario::new().await;
    let source = server.fetch("/live").buffer(Buffer::unbounded());
    let stream = source.stream().unwrap();
    let mut stream = stream.with_lifecycle();
    assert_eq!(item(&mut stream).await, Opened);
    // It waits for as long as the URL has the server say, and not for three seconds.
    server.end().await;
    assert_eq!(lost(&mut stream).await, (1, ReconnectCause::Ended));
    let next = server.until("requests=2&timeout_ms=1500").await;
    assert_eq!(next.requests, 2);
    assert_eq!(item(&mut stream).await, resumed(""));
    server.send("retry: 1000\ndata: 1\n\n").await;
    assert!(matches!(item(&mut stream).await, Lifecycle::Message(_)));
    let before = js_sys::Date::now();
    server.cut().await;
    assert_eq!(lost(&mut stream).await, (2, cut_off()));
    server.until("requests=3").await;
    let pause = js_sys::Date::now() - before;
    assert!(pause > 900.0, "it came back after {pause} ms");
}

/// The cause of a reconnect after a body that is cut.
fn cut_off() -> ReconnectCause {
    scenario::Scenario::<true>::cut_off()
}

/// Whether this browser makes no difference between a body that is cut and one that ends.
fn takes_a_cut_for_the_end() -> bool {
    engine() == Engine::WebKit
}

#[wasm_bindgen_test]
async fn a_post_is_not_repeated_when_its_response_ends() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.fetch("/end/2").method("POST").body("once"));
    let mut stream = source.stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=2));
    assert_eq!(stream.close_reason(), Some(CloseReason::Ended));
    assert_eq!(states.all(), ["open", "closed"]);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_post_is_not_repeated_when_it_is_cut() {
    let server = Scenario::new().await;
    let source = server.fetch("/live").method("POST").body("once");
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\ndata: half").await;
    assert_eq!(message(&mut stream).await.data(), "1");
    assert!(is_silent(&mut stream));
    server.cut().await;
    if takes_a_cut_for_the_end() {
        assert_eq!(next(&mut stream).await, None);
        assert_eq!(stream.close_reason(), Some(CloseReason::Ended));
    } else {
        match last_error(&mut stream).await {
            Error::Network { url, was_open, .. } => {
                assert_eq!((url, was_open), (server.url("/live").into(), true));
            }
            other => panic!("{other:?}"),
        }
    }
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_post_that_no_server_answers_is_an_error() {
    let server = Scenario::new().await;
    server.refuse().await;
    let (source, states) = noting_states(server.fetch("/live").method("POST").body("once"));
    let mut stream = source.stream().unwrap();
    match last_error(&mut stream).await {
        Error::Network {
            was_open, detail, ..
        } => {
            assert!(!was_open);
            assert!(!detail.is_empty());
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(states.all(), ["closed"]);
}

#[wasm_bindgen_test]
async fn a_post_is_repeated_with_all_that_is_in_it_if_that_is_wanted() {
    let server = Scenario::new().await;
    let route = "/resume/5?cut_every=2";
    let built = server
        .fetch(route)
        .method("POST")
        .header("X-Name", "value")
        .body("again and again");
    let init = "{ method: 'POST', headers: { 'X-Name': 'value' }, body: 'again and again' }";
    let given = EventSource::request(request(&server.url(route), init));
    for source in [built, given] {
        let mut stream = source.reconnect(true).stream().unwrap();
        for n in numbers(1..=5) {
            assert_eq!(message(&mut stream).await.data(), n);
        }
        assert_eq!(next(&mut stream).await, None);
    }
    let asked = server.asked().await;
    assert_eq!(asked.len(), 6);
    for asked in asked {
        assert_eq!((&*asked.method, &*asked.body), ("POST", "again and again"));
        assert_eq!(asked.headers["x-name"], "value");
    }
    let ids = server.counts().await.last_event_ids;
    assert_eq!(ids, ["", "2", "4", "", "2", "4"]);
}

#[wasm_bindgen_test]
async fn a_get_is_not_repeated_if_that_is_not_wanted() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/end/2").reconnect(false).stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=2));
    assert_eq!(stream.close_reason(), Some(CloseReason::Ended));
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn what_was_read_before_the_end_is_delivered_though_the_reader_is_late() {
    let server = Scenario::new().await;
    let source = server.fetch("/end/3").reconnect(false);
    let mut stream = source.stream().unwrap();
    server.until("opened=1&open=0").await;
    assert_eq!(data(&mut stream).await, numbers(1..=3));
    assert_eq!(stream.close_reason(), Some(CloseReason::Ended));
}

#[wasm_bindgen_test]
async fn a_server_that_refuses_is_asked_again_and_again_and_no_engine_gives_up() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/live").stream().unwrap().with_lifecycle();
    assert_eq!(item(&mut stream).await, Opened);
    server.send("id: 9\ndata: 1\n\n").await;
    item(&mut stream).await;
    assert!(is_silent(&mut stream));
    server.refuse().await;
    server.cut().await;
    assert_eq!(lost(&mut stream).await, (1, cut_off()));
    for attempt in 2..=4 {
        let unreachable = (attempt, ReconnectCause::Unreachable);
        assert_eq!(lost(&mut stream).await, unreachable);
    }
    server.accept().await;
    let mut last = item(&mut stream).await;
    while matches!(last, Reconnecting { .. }) {
        last = item(&mut stream).await;
    }
    assert_eq!(last, resumed("9"));
}
