//! What is said to the open streams from outside.

use std::io::ErrorKind;

use crate::support::{BURST, CLOSE_EVENT, Scenario, read, rest, whole};

#[tokio::test]
async fn send_reaches_every_open_stream_of_the_key() {
    let scenario = Scenario::start().await;
    let mut streams = [scenario.get("/live").await, scenario.get("/silent").await];
    assert_eq!(scenario.control("send", "data: one\n\nda").await, 2);
    assert_eq!(scenario.control("send", "ta: two\n\n").await, 2);
    for stream in &mut streams {
        read(stream, "data: one\n\ndata: two\n\n").await;
    }
    drop(streams);
    scenario.wait("open=0").await;
    assert_eq!(scenario.control("send", "data: one\n\n").await, 0);
}

#[tokio::test]
async fn a_stream_ends_as_it_is_told_after_what_was_sent_before() {
    for (how, end) in [("end", ""), ("close", CLOSE_EVENT), ("drop", "<cut>")] {
        let scenario = Scenario::start().await;
        let live = scenario.get("/live").await;
        scenario.control("send", "data: one\n\n").await;
        assert_eq!(scenario.control(how, "").await, 1);
        let body = whole(live).await;
        assert_eq!(body, format!("data: one\n\n{end}"));
        let bytes = body.trim_end_matches("<cut>").len() as u64;
        let counts = scenario.wait("open=0").await;
        assert_eq!((counts.written, counts.aborted), (bytes, 0), "{how}");
    }
}

#[tokio::test]
async fn drop_cuts_what_was_never_answered_and_what_the_client_does_not_read() {
    for (path, hearing) in [("/never", 0), ("/huge/1000000000000", 1)] {
        let scenario = Scenario::start().await;
        let socket = scenario.raw(path).await;
        let counts = scenario.wait("open=1").await;
        assert_eq!((counts.requests, counts.opened), (1, hearing));
        assert_eq!(scenario.control("send", "").await, hearing);
        assert_eq!(scenario.control("drop", "").await, 1);
        let counts = scenario.wait("open=0").await;
        assert_eq!((counts.held, counts.aborted), (0, 0));
        if path == "/never" {
            assert_eq!(rest(socket).await, (vec![], None));
        }
    }
}

#[tokio::test]
async fn close_stops_a_stream_that_always_has_something_to_say() {
    let scenario = Scenario::start().await;
    let burst = scenario.get(BURST).await;
    assert_eq!(scenario.control("close", "").await, 1);
    assert!(whole(burst).await.ends_with(CLOSE_EVENT));
}

#[tokio::test]
async fn requests_are_refused_without_an_answer_so_often_or_until_that_is_lifted() {
    let scenario = Scenario::start().await;
    for (refusal, times) in [("refuse?times=2", 2), ("refuse", 3)] {
        scenario.control(refusal, "").await;
        for _ in 0..times {
            let refused = rest(scenario.raw("/finish/1").await).await;
            assert_eq!(refused, (vec![], Some(ErrorKind::ConnectionReset)));
        }
        if refusal == "refuse" {
            scenario.control("refuse?times=0", "").await;
        }
        assert_eq!(scenario.get("/finish/1").await.status(), 200);
    }
    let counts = scenario.counts().await;
    assert_eq!((counts.requests, counts.opened), (7, 2));
}
