//! What cannot be opened, and what ends with an error.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, CloseRule, OpenError};

use super::{Scenario, event_source, is_failure};
use crate::observe::{message, next, noting_states};

/// Opens the route, which fails at the first attempt: one clear error, then the end.
async fn fails_at_once(route: &str) {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source(route));
    let mut stream = source.stream().unwrap();
    let error = next(&mut stream)
        .await
        .expect("an error, not the end")
        .expect_err("an error");
    assert!(is_failure(&error), "{error:?}");
    assert!(error.to_string().contains(&server.url(route)), "{error}");
    assert_eq!(next(&mut stream).await, None, "one error only");
    assert_eq!(next(&mut stream).await, None);
    assert_eq!(stream.close_reason(), Some(CloseReason::Failed(error)));
    assert_eq!(states.all(), ["closed"]);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn status_404_ends_with_one_error() {
    fails_at_once("/status/404").await;
}

#[wasm_bindgen_test]
async fn status_500_ends_with_one_error() {
    fails_at_once("/status/500").await;
}

#[wasm_bindgen_test]
async fn a_wrong_content_type_ends_with_one_error() {
    fails_at_once("/content-type?type=text/plain").await;
}

#[wasm_bindgen_test]
async fn a_content_type_with_parameters_in_any_case_is_right() {
    let server = Scenario::new().await;
    let route = "/content-type?type=Text/Event-Stream;%20charset=UTF-8";
    let mut stream = server.source(route).stream().unwrap();
    message(&mut stream).await;
    assert_eq!(next(&mut stream).await, None);
}

#[wasm_bindgen_test]
async fn a_status_at_a_reconnect_ends_with_one_error_after_the_messages() {
    let server = Scenario::new().await;
    let mut stream = server.source("/status/500?after=1").stream().unwrap();
    message(&mut stream).await;
    let error = next(&mut stream)
        .await
        .expect("an error")
        .expect_err("an error");
    assert!(is_failure(&error), "{error:?}");
    assert_eq!(next(&mut stream).await, None);
    server.no_request_follows(2, move || drop(stream)).await;
}

#[wasm_bindgen_test]
fn a_url_that_cannot_be_resolved_is_an_error() {
    for url in ["http://", "http://host:port/", "http://[::1"] {
        match event_source(url).stream() {
            Err(OpenError::InvalidUrl { url: named, detail }) => {
                assert_eq!(&*named, url);
                assert!(!detail.is_empty());
            }
            other => panic!("{url} gave {other:?}"),
        }
        assert!(event_source(url).open().is_err());
    }
}

#[wasm_bindgen_test]
fn a_name_that_no_server_can_send_is_an_error() {
    for name in ["", "two\nlines", "\r"] {
        let wrong = Err(OpenError::InvalidEventName { name: name.into() });
        let source = || event_source("/never-asked-for");
        assert_eq!(source().event(name).stream().map(drop), wrong);
        assert_eq!(source().on_frame(name, |_| {}).open().map(drop), wrong);
        assert_eq!(source().close_on(name).stream().map(drop), wrong);
        assert_eq!(
            source().close_on(CloseRule::event(name)).open().map(drop),
            wrong
        );
        let connection = source().open().unwrap();
        assert_eq!(connection.on_frame(name, |_| {}).map(drop), wrong);
        connection.close();
        assert_eq!(
            connection.on_frame(name, |_| {}).map(drop),
            wrong,
            "closed or not"
        );
    }
}

#[wasm_bindgen_test]
fn a_name_that_nothing_would_read_is_an_error() {
    let wrong = event_source("/never-asked-for")
        .event("tick")
        .open()
        .map(drop);
    assert_eq!(
        wrong,
        Err(OpenError::NoStream {
            name: "tick".into()
        })
    );
}

#[wasm_bindgen_test]
async fn cookies_go_along_only_with_credentials() {
    let server = Scenario::new().await;
    let mut set = server
        .source("/cookies/set")
        .with_credentials(true)
        .stream()
        .unwrap();
    // It is a 204, which is the end; over the browser's own `EventSource` it is an error before.
    while next(&mut set).await.is_some() {}
    let mut with = server
        .source("/cookies/required")
        .with_credentials(true)
        .stream()
        .unwrap();
    assert_eq!(message(&mut with).await.data(), r#"{"cookie":true}"#);
    let mut without = server.source("/cookies/required").stream().unwrap();
    assert!(
        next(&mut without).await.is_some_and(|item| item.is_err()),
        "401"
    );
}
