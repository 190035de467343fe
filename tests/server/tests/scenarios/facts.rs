//! The facts that are kept under a key.

use reqwest::Method;
use scenario_server::Counts;
use serde_json::Value;
use tokio::io::{copy, sink};

use crate::support::{BURST, CLOSE_EVENT, Scenario, whole};

#[tokio::test]
async fn a_client_that_leaves_before_the_end_or_before_any_answer_is_counted_as_closed() {
    let scenario = Scenario::start().await;
    let mut burst = scenario.get(BURST).await;
    burst.chunk().await.expect("some of it");
    drop(burst);
    assert_eq!(scenario.wait("aborted=1").await.open, 0);
    let socket = scenario.raw("/never").await;
    scenario.wait("open=1").await;
    drop(socket);
    // It left no stream.
    assert_eq!(scenario.wait("open=0").await.aborted, 1);
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_the_server_back_until_it_reads_on() {
    let scenario = Scenario::start().await;
    let mut flood = scenario.raw("/flood/18446744073709551615").await;
    let held = scenario.wait("held=1").await;
    // What the buffers of the system may take.
    assert!(held.written < 16 << 20, "{held:?}");
    assert_eq!(scenario.counts().await.written, held.written);
    // The bytes can be waited for while they are written.
    let mut nowhere = sink();
    tokio::select! {
        counts = scenario.wait("written=20000000&held=0") => assert!(counts.written >= 20_000_000),
        _ = copy(&mut flood, &mut nowhere) => unreachable!("it has no end"),
    };
    scenario.wait("held=1").await;
    drop(flood);
    let counts = scenario.wait("aborted=1").await;
    assert_eq!((counts.open, counts.held), (0, 0));
}

#[tokio::test]
async fn keys_do_not_see_each_other() {
    let scenario = Scenario::start().await;
    let other = scenario.request(Method::GET, "/live?key=other").send();
    let _other = other.await.expect("a stream");
    assert_eq!(scenario.counts().await, Counts::default());
    assert_eq!(scenario.control("end", "").await, 0);
}

#[tokio::test]
async fn waiting_ends_when_the_fact_comes() {
    let scenario = Scenario::start().await;
    // Often enough that the wait comes first now and then.
    for opened in 1..=10 {
        let wait = format!("opened={opened}");
        let (counts, _stream) = tokio::join!(scenario.wait(&wait), scenario.get("/live"));
        assert_eq!(counts.opened, opened);
    }
}

#[tokio::test]
async fn waiting_ends_with_status_409_when_the_time_runs_out_and_is_for_something() {
    let scenario = Scenario::start().await;
    let wait = async |query: &str| {
        let path = format!("/counts/k/wait?timeout_ms=1{query}");
        let answer = scenario.request(Method::GET, &path).send().await;
        answer.expect("an answer")
    };
    let late = wait("&opened=1").await;
    assert_eq!(late.status(), 409);
    let counts: Counts = late.json().await.expect("the counts");
    assert_eq!(counts, Counts::default());
    for nothing in ["", "&opend=1"] {
        assert_eq!(wait(nothing).await.status(), 400);
    }
}

#[tokio::test]
async fn a_request_is_told_what_it_said_and_can_be_looked_at_afterwards() {
    let scenario = Scenario::start().await;
    let request = scenario.request(Method::PUT, "/headers?key=k");
    let request = request.header("x-token", "secret").body("{\"a\":1}");
    let text = whole(request.send().await.expect("an answer")).await;
    let requests = scenario.request(Method::GET, "/requests/k").send().await;
    let requests: Value = requests.expect("an answer").json().await.expect("JSON");
    let asked = &requests[0];
    assert_eq!(text, format!("data: {asked}\n\n{CLOSE_EVENT}"));
    assert_eq!(asked["method"], "PUT");
    assert_eq!(asked["path"], "/headers?key=k");
    assert_eq!(asked["headers"]["x-token"], "secret");
    assert_eq!(asked["body"], "{\"a\":1}");
}
