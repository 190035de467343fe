//! What only a connection over `fetch()` can do.

use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, Error, EventSource};

use super::{
    observe::{data, next, noting_states, numbers},
    scenario::Scenario,
};

#[wasm_bindgen_test]
async fn fetch_reads_to_the_close_event() {
    let server = Scenario::new().await;
    let source = EventSource::fetch(server.url("/finish/3"));
    let (source, states) = noting_states(source);
    let mut stream = source.stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=3));
    assert!(matches!(stream.close_reason(), Some(CloseReason::Rule(_))));
    states.until("closed").await;
    assert_eq!(states.all(), ["open", "closed"]);
    server.assert_no_request_follows(1).await;
}

#[wasm_bindgen_test]
async fn fetch_resumes() {
    let server = Scenario::new().await;
    let mut stream = EventSource::fetch(server.url("/resume/7?cut_every=3"))
        .stream()
        .unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=7));
    assert_eq!(server.counts().await.last_event_ids, ["", "3", "6"]);
}

#[wasm_bindgen_test]
async fn fetch_tells_the_status() {
    let server = Scenario::new().await;
    let mut stream = EventSource::fetch(server.url("/status/404"))
        .stream()
        .unwrap();
    let error = next(&mut stream).await.unwrap().unwrap_err();
    assert!(
        matches!(error, Error::Status { status: 404, .. }),
        "{error}"
    );
    assert_eq!(next(&mut stream).await, None);
    let response = stream.connection().response().unwrap();
    let text = wasm_bindgen_futures::JsFuture::from(response.text().unwrap())
        .await
        .unwrap();
    assert!(text.as_string().unwrap().ends_with("404 Not Found\n"));
}
#[derive(Debug, Deserialize)]
struct Numbered {
    n: u64,
}

#[wasm_bindgen_test]
async fn fetch_bursts() {
    let server = Scenario::new().await;
    let mut stream = EventSource::fetch(server.url("/burst/100000?size=100"))
        .typed_event::<Numbered>("message")
        .unwrap();
    let mut n = 0;
    while let Some(event) = next(&mut stream).await {
        n += 1;
        assert_eq!(event.unwrap().n, n);
    }
    assert_eq!(n, 100_000);
}
