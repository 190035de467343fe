//! The facts that are kept under a key.

use std::time::Duration;

use tokio::{
    io::{copy, sink},
    net::TcpStream,
};

use crate::support::{Scenario, until_closed};

#[tokio::test]
async fn a_client_that_disconnects_is_counted_as_closed() {
    for path in [
        "/live",
        "/silent",
        "/time?interval_ms=86400000",
        "/named/open",
    ] {
        let scenario = Scenario::start().await;
        let stream = scenario.get(path).await;
        assert_eq!(scenario.counts().await.open, 1, "{path}");
        drop(stream);
        scenario.wait("open=0").await;
    }
}

#[tokio::test]
async fn a_client_that_gives_up_waiting_for_an_answer_is_counted_as_closed() {
    let scenario = Scenario::start().await;
    let socket = scenario.raw("/never?key=k").await;
    let counts = scenario.wait("open=1").await;
    assert_eq!((counts.requests, counts.opened), (1, 0));
    drop(socket);
    scenario.wait("open=0").await;
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_of_a_flood_is_counted_as_closed() {
    let scenario = Scenario::start().await;
    let mut flood = scenario.get("/burst/18446744073709551615").await;
    flood.chunk().await.expect("some of it");
    drop(flood);
    scenario.wait("open=0").await;
}

#[tokio::test]
async fn a_client_that_leaves_before_the_end_is_counted_as_such() {
    let scenario = Scenario::start().await;
    drop(scenario.get("/live").await);
    scenario.wait("aborted=1").await;
    let mut flood = scenario.get("/burst/18446744073709551615").await;
    flood.chunk().await.expect("some of it");
    drop(flood);
    let counts = scenario.wait("aborted=2").await;
    assert_eq!(counts.open, 0);
}

#[tokio::test]
async fn a_stream_that_this_server_ends_was_not_left_by_its_client() {
    let scenario = Scenario::start().await;
    scenario.text("/finish/1").await;
    scenario.text("/status/500").await;
    until_closed(&mut scenario.raw("/cut/event?key=k").await).await;
    for how in ["end", "close", "drop"] {
        let mut stream = scenario.raw("/live?key=k").await;
        scenario.wait("open=1").await;
        assert_eq!(scenario.control(how, "").await, 1);
        until_closed(&mut stream).await;
        assert_eq!(scenario.wait("open=0").await.aborted, 0, "{how}");
    }
    drop(scenario.raw("/never?key=k").await);
    assert_eq!(scenario.wait("requests=7&open=0").await.aborted, 0);
}

#[tokio::test]
async fn the_bytes_of_the_bodies_are_counted() {
    let scenario = Scenario::start().await;
    let mut bytes = scenario.text("/finish/3?retry=5").await.len();
    bytes += scenario.text("/status/500").await.len();
    let mut live = scenario.raw("/live?key=k").await;
    scenario.wait("open=1").await;
    scenario.control("send", "data: one\n\n").await;
    scenario.control("end", "").await;
    until_closed(&mut live).await;
    bytes += "data: one\n\n".len();
    assert_eq!(scenario.wait("open=0").await.written, bytes as u64);
}

#[tokio::test]
async fn the_bytes_can_be_waited_for_while_they_are_written() {
    let scenario = Scenario::start().await;
    let mut flood = scenario.raw("/flood/18446744073709551615?key=k").await;
    let wanted = 20_u64 << 20;
    let wait = format!("written={wanted}&open=1");
    let counts = tokio::select! {
        counts = scenario.wait(&wait) => counts,
        () = read_on(&mut flood) => unreachable!("it has no end"),
    };
    assert!(counts.written >= wanted);
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_the_server_back_until_it_reads_on() {
    let scenario = Scenario::start().await;
    let mut flood = scenario.raw("/flood/18446744073709551615?key=k").await;
    let held = scenario.wait("held=1").await;
    // What the buffers of the system may take.
    assert!(held.written < 16 << 20, "{held:?}");
    assert_eq!(scenario.counts().await.written, held.written);
    let on = tokio::select! {
        counts = scenario.wait("held=0&open=1") => counts,
        () = read_on(&mut flood) => unreachable!("it has no end"),
    };
    assert_eq!(on.held, 0);
    scenario.wait("held=1").await;
    drop(flood);
    let counts = scenario.wait("aborted=1").await;
    assert_eq!((counts.open, counts.held), (0, 0));
}

#[tokio::test]
async fn every_request_is_counted_whatever_its_answer() {
    let scenario = Scenario::start().await;
    assert_eq!(scenario.get("/status/500").await.status(), 500);
    assert_eq!(scenario.get("/time?interval_ms=0").await.status(), 400);
    assert_eq!(scenario.get("/time?retry=soon").await.status(), 400);
    assert_eq!(scenario.get("/finish/none").await.status(), 400);
    scenario.text("/content-type?type=text/plain").await;
    scenario.text("/finish/1").await;
    let counts = scenario.wait("open=0").await;
    assert_eq!((counts.requests, counts.opened), (6, 1));
}

#[tokio::test]
async fn the_last_event_id_of_each_request_is_kept_in_order() {
    let scenario = Scenario::start().await;
    scenario.get("/end/1").await;
    scenario.get_after("/end/1", "7").await;
    scenario.get_after("/end/1", "sieben – 七").await;
    let counts = scenario.counts().await;
    assert_eq!(counts.last_event_ids, ["", "7", "sieben – 七"]);
}

#[tokio::test]
async fn keys_do_not_see_each_other() {
    let scenario = Scenario::start().await;
    let url = format!("{}/live?key=other", scenario.server.url());
    let _other = scenario.http.get(url).send().await.expect("an answer");
    assert_eq!(scenario.counts().await, scenario_server::Counts::default());
    assert_eq!(scenario.control("end", "").await, 0);
}

#[tokio::test]
async fn waiting_ends_when_the_fact_comes() {
    let scenario = Scenario::start().await;
    let (counts, _stream) = tokio::join!(scenario.wait("opened=1"), scenario.get("/live"));
    assert_eq!(counts.opened, 1);
}

#[tokio::test]
async fn waiting_ends_with_status_409_when_the_time_runs_out() {
    let scenario = Scenario::start().await;
    let wait = |query| {
        let url = format!("{}/counts/k/wait?{query}", scenario.server.url());
        scenario.http.get(url).send()
    };
    let answer = wait("opened=1&timeout_ms=1").await.expect("an answer");
    assert_eq!(answer.status(), 409);
    let counts: scenario_server::Counts = answer.json().await.expect("the counts");
    assert_eq!(counts.opened, 0);
    for vacuous in ["", "timeout_ms=1", "opend=1"] {
        let answer = wait(vacuous).await.expect("an answer");
        assert_eq!(answer.status(), 400, "{vacuous}");
    }
}

#[tokio::test]
async fn a_request_can_be_looked_at_afterwards() {
    let scenario = Scenario::start().await;
    let request = scenario.http.post(scenario.url("/end/0"));
    let request = request.header("x-token", "secret").body("{\"a\":1}");
    request.send().await.expect("an answer");
    let url = format!("{}/requests/k", scenario.server.url());
    let answer = scenario.http.get(url).send().await.expect("an answer");
    let requests: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(requests[0]["method"], "POST");
    assert_eq!(requests[0]["path"], "/end/0?key=k");
    assert_eq!(requests[0]["headers"]["x-token"], "secret");
    assert_eq!(requests[0]["body"], "{\"a\":1}");
}

#[tokio::test]
async fn a_stopped_server_has_cut_its_streams() {
    let scenario = Scenario::start().await;
    let mut stream = scenario.get("/live").await;
    let stopped = scenario.server.shutdown();
    let stopped = tokio::time::timeout(Duration::from_secs(5), stopped).await;
    stopped.expect("it does not wait for its streams");
    assert!(stream.chunk().await.is_err());
}

async fn read_on(socket: &mut TcpStream) {
    copy(socket, &mut sink()).await.expect("no reset");
}
