//! A lost connection comes back by itself, and this can be seen.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{
    Buffer, CloseReason, Error,
    Lifecycle::{Closed, Message, Opened, Reconnecting, Resumed},
    ReconnectCause,
};

use super::{Scenario, gives_up_on_dead_servers};
use crate::observe::{data, item, lost, message, next, noting_states, numbers, soon};

#[wasm_bindgen_test]
async fn the_end_of_the_body_gives_reconnecting_and_resumes_behind_the_last_id() {
    let server = Scenario::new().await;
    let source = server.counting_anew("/resume/5?cut_every=2");
    let mut stream = source.stream().unwrap().with_lifecycle();
    let resumed = |id: &str| Resumed {
        last_event_id: id.to_owned(),
    };
    assert_eq!(item(&mut stream).await, Opened);
    for (first, id) in [(1, "2"), (3, "4")] {
        for n in first..first + 2 {
            match item(&mut stream).await {
                Message(message) => assert_eq!(message.last_event_id(), n.to_string()),
                other => panic!("{n} expected, not {other:?}"),
            }
        }
        assert_eq!(lost(&mut stream).await, (1, Scenario::ENDED));
        assert_eq!(item(&mut stream).await, resumed(id));
    }
    assert!(matches!(item(&mut stream).await, Message(message) if message.last_event_id() == "5"));
    assert!(matches!(
        item(&mut stream).await,
        Closed(CloseReason::Rule(_))
    ));
    assert_eq!(next(&mut stream).await, None);
    assert_eq!(server.counts().await.last_event_ids, ["", "2", "4"]);
    server.no_request_follows(3, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn the_retry_time_of_the_server_is_honoured() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/live"));
    let _stream = source.buffer(Buffer::unbounded()).stream().unwrap();
    server.until("open=1").await;
    server.send("retry: 1000\n\n").await;
    let lost = js_sys::Date::now();
    server.end().await;
    states.until("reconnecting").await;
    server.until("requests=2").await;
    let pause = js_sys::Date::now() - lost;
    assert!(pause > 900.0, "it came back after {pause} ms");
}

#[wasm_bindgen_test]
async fn a_plain_stream_goes_on_over_a_reconnect_without_an_error() {
    let server = Scenario::new().await;
    let mut stream = server.source("/resume/7?cut_every=3").stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=7));
}

#[wasm_bindgen_test]
async fn an_event_that_was_cut_off_is_not_delivered_and_comes_whole_later() {
    let server = Scenario::new().await;
    for route in ["/cut/event?n=2", "/cut/event?n=2&how=end", "/cut/utf8?n=2"] {
        let mut stream = server.source(route).stream().unwrap();
        for n in 1..=4 {
            assert_eq!(
                message(&mut stream).await.data(),
                numbers(n..=n)[0],
                "{route}"
            );
        }
    }
}

#[wasm_bindgen_test]
async fn attempts_are_counted_anew_after_each_success() {
    let server = Scenario::new().await;
    let source = server.counting_anew("/live");
    let mut stream = source.stream().unwrap().with_lifecycle();
    assert_eq!(item(&mut stream).await, Opened);
    for _ in 0..2 {
        server.cut().await;
        assert_eq!(lost(&mut stream).await, (1, Scenario::cut_off()));
        assert!(matches!(item(&mut stream).await, Resumed { .. }));
        server.until("open=1").await;
    }
}

#[wasm_bindgen_test]
async fn an_attempt_that_meets_no_server_is_followed_by_the_next_unless_the_browser_gives_up() {
    let server = Scenario::new().await;
    let source = server.counting_anew("/live");
    let mut stream = source.stream().unwrap().with_lifecycle();
    assert_eq!(item(&mut stream).await, Opened);
    // Behind it, the reconnection time was read: Chromium drops what was not read of a body that breaks.
    server.send("data: 1\n\n").await;
    assert!(matches!(item(&mut stream).await, Message(_)));
    server.refuse().await;
    server.cut().await;
    let first = (1, Scenario::cut_off());
    assert_eq!(lost(&mut stream).await, first);
    if gives_up_on_dead_servers() {
        let error = next(&mut stream)
            .await
            .expect("an error")
            .expect_err("an error");
        assert!(matches!(error, Error::Failed { was_open: true, .. }));
        return;
    }
    for attempt in [2, 3] {
        let further = (attempt, ReconnectCause::Unreachable);
        assert_eq!(lost(&mut stream).await, further);
    }
    server.accept().await;
    soon("success", async {
        while !matches!(item(&mut stream).await, Resumed { .. }) {}
    })
    .await;
    server.cut().await;
    assert_eq!(lost(&mut stream).await, first);
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_yet_is_tried_again_unless_the_browser_gives_up() {
    let server = Scenario::new().await;
    server.refuse().await;
    let mut stream = server
        .source("/finish/1")
        .stream()
        .unwrap()
        .with_lifecycle();
    if gives_up_on_dead_servers() {
        let error = next(&mut stream)
            .await
            .expect("an error")
            .expect_err("an error");
        assert!(matches!(
            error,
            Error::Failed {
                was_open: false,
                ..
            }
        ));
        return;
    }
    assert_eq!(lost(&mut stream).await, (1, ReconnectCause::Unreachable));
    server.accept().await;
    loop {
        match item(&mut stream).await {
            Reconnecting { .. } => {}
            Opened => break,
            other => panic!("the first answer is opened, not {other:?}"),
        }
    }
    assert!(matches!(item(&mut stream).await, Message(_)));
}

#[wasm_bindgen_test]
async fn an_event_without_an_id_behind_a_reconnect_has_the_last_one_of_before() {
    let server = Scenario::new().await;
    let mut stream = server.source("/live").stream().unwrap();
    server.until("open=1").await;
    server.send("id: 7\ndata: before\n\n").await;
    assert_eq!(message(&mut stream).await.last_event_id(), "7");
    let behind = async {
        server.end().await;
        server.until("opened=2&open=1").await;
        server.send("data: behind\n\n").await;
    };
    let (behind, ()) = futures_util::future::join(message(&mut stream), behind).await;
    assert_eq!((behind.data(), behind.last_event_id()), ("behind", "7"));
}

#[wasm_bindgen_test]
async fn resuming_without_an_id_says_so() {
    let server = Scenario::new().await;
    let mut stream = server.source("/live").stream().unwrap().with_lifecycle();
    assert_eq!(item(&mut stream).await, Opened);
    server.end().await;
    assert!(matches!(
        item(&mut stream).await,
        Reconnecting { attempt: 1, .. }
    ));
    assert_eq!(
        item(&mut stream).await,
        Resumed {
            last_event_id: String::new()
        }
    );
}

#[wasm_bindgen_test]
async fn a_failure_is_one_error_and_then_the_reason() {
    let server = Scenario::new().await;
    let mut stream = server
        .source("/status/404")
        .stream()
        .unwrap()
        .with_lifecycle();
    let error = next(&mut stream)
        .await
        .expect("an error")
        .expect_err("an error");
    assert_eq!(item(&mut stream).await, Closed(CloseReason::Failed(error)));
    assert_eq!(next(&mut stream).await, None);
    assert_eq!(next(&mut stream).await, None);
}
