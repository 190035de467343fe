//! The server's answer is told as it is: status, content type, body.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, Connection, Error, EventSource, Lifecycle, State};
use web_sys::{AbortController, Request, RequestInit};

use super::{last_error, text};
use crate::{
    Scenario,
    observe::{Notes, data, message, messages, next, noting_states, numbers},
};

#[wasm_bindgen_test]
async fn the_media_type_counts_in_any_case_and_with_any_parameters() {
    let server = Scenario::new().await;
    for right in [
        "text/event-stream",
        "Text/Event-Stream",
        "TEXT/EVENT-STREAM;charset=utf-8",
        "text/event-stream;%20charset=%22x%22;%20y=z",
    ] {
        let route = format!("/content-type?type={right}");
        let mut stream = server.fetch(&route).stream().unwrap();
        assert_eq!(data(&mut stream).await, numbers(1..=1), "{right}");
    }
}

#[wasm_bindgen_test]
async fn another_media_type_or_none_is_an_error_that_names_it() {
    let server = Scenario::new().await;
    let wrong = [
        "text/plain",
        "text/event-streams",
        "application/json;%20x=y",
        "",
    ];
    for content_type in wrong {
        let route = format!("/content-type?type={content_type}");
        let (source, states) = noting_states(server.fetch(&route));
        let mut stream = source.stream().unwrap();
        let expected = Error::ContentType {
            url: server.url(&route).into(),
            content_type: content_type.replace("%20", " ").into(),
        };
        let error = last_error(&mut stream).await;
        assert_eq!(error, expected);
        let named = if content_type.is_empty() {
            "no content type"
        } else {
            &content_type[..9]
        };
        assert!(error.to_string().contains(named), "{error}");
        assert_eq!(states.all(), ["closed"]);
    }
    server.no_request_follows(wrong.len() as u32, || {}).await;
}

#[wasm_bindgen_test]
async fn every_status_but_200_and_204_is_an_error_that_names_it_and_no_request_follows() {
    let server = Scenario::new().await;
    let wrong = [
        201, 202, 205, 206, 304, 400, 401, 403, 404, 410, 429, 500, 503,
    ];
    for expected in wrong {
        let route = format!("/status/{expected}");
        let (source, states) = noting_states(server.fetch(&route));
        let mut stream = source.stream().unwrap();
        match last_error(&mut stream).await {
            Error::Status { url, status, .. } => {
                assert_eq!((url, status), (server.url(&route).into(), expected));
            }
            other => panic!("{expected} gave {other:?}"),
        }
        assert_eq!(states.all(), ["closed"], "{expected}");
        drop(stream);
    }
    server.no_request_follows(wrong.len() as u32, || {}).await;
}

#[wasm_bindgen_test]
async fn the_status_is_told_in_words_too() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/status/404").stream().unwrap();
    let error = last_error(&mut stream).await;
    assert!(error.to_string().ends_with("404 Not Found"), "{error}");
}

#[wasm_bindgen_test]
async fn status_204_ends_the_stream_without_an_error_and_no_request_follows() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.fetch("/status/204"));
    let mut stream = source.stream().unwrap();
    assert_eq!(next(&mut stream).await, None);
    assert_eq!(stream.close_reason(), Some(CloseReason::Ended));
    assert_eq!(states.all(), ["closed"]);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn status_204_at_a_reconnect_ends_the_stream_after_its_messages() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/status/204?after=2").stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=2));
    assert_eq!(stream.close_reason(), Some(CloseReason::Ended));
    server.no_request_follows(3, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_status_at_a_reconnect_is_an_error_after_the_messages() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/status/401?after=1").stream().unwrap();
    assert_eq!(message(&mut stream).await.data(), numbers(1..=1)[0]);
    let error = last_error(&mut stream).await;
    assert!(
        matches!(error, Error::Status { status: 401, .. }),
        "{error}"
    );
    server.no_request_follows(2, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_failure_is_one_error_and_then_the_reason_among_the_changes_of_the_connection() {
    let server = Scenario::new().await;
    let stream = server.fetch("/status/500").stream().unwrap();
    let mut stream = stream.with_lifecycle();
    let error = next(&mut stream)
        .await
        .expect("an error")
        .expect_err("an error");
    assert!(
        matches!(error, Error::Status { status: 500, .. }),
        "{error}"
    );
    let closed = Lifecycle::Closed(CloseReason::Failed(error));
    assert_eq!(next(&mut stream).await, Some(Ok(closed)));
    assert_eq!(next(&mut stream).await, None);
}

#[wasm_bindgen_test]
async fn the_body_of_an_error_can_be_read_and_is_then_finished_for_the_server() {
    const BODY: &str = r#"{"error":"the prompt is too long"}"#;
    let server = Scenario::new().await;
    for route in [
        "/status/422?type=application/json",
        "/status/200?type=application/json",
    ] {
        let url = server.plain_url(&format!("{route}&body={BODY}"));
        let mut stream = wasm_eventsource::EventSource::fetch(url).stream().unwrap();
        last_error(&mut stream).await;
        let response = stream.connection().response().expect("the answer");
        let content_type = response.headers().get("Content-Type").unwrap();
        assert_eq!(content_type.as_deref(), Some("application/json"));
        assert_eq!(text(&response).await, BODY);
        let counts = server.until("open=0").await;
        assert_eq!(counts.aborted, 0, "{route}");
    }
}

#[wasm_bindgen_test]
async fn an_error_is_there_with_its_answer_when_the_state_is_told() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let writer = notes.clone();
    let slot: Rc<RefCell<Option<Connection>>> = Rc::default();
    let connection = Rc::clone(&slot);
    let source = server.fetch("/status/403").on_state(move |state| {
        let status = connection.borrow().as_ref().and_then(Connection::response);
        let status = status.map(|response| response.status());
        if let State::Closed(CloseReason::Failed(Error::Status { status: told, .. })) = state {
            writer.write(format!("{told} {status:?}"));
        }
    });
    slot.replace(Some(source.open().unwrap()));
    notes.until("403 Some(403)").await;
    slot.take();
}

#[wasm_bindgen_test]
async fn the_headers_of_an_answer_are_there_from_the_moment_it_is_open() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.fetch("/live"));
    let stream = source.stream().unwrap();
    assert!(
        stream.connection().response().is_none(),
        "nothing has been answered"
    );
    states.until("open").await;
    let response = stream.connection().response().expect("the answer");
    assert_eq!(response.status(), 200);
    let content_type = response.headers().get("Content-Type").unwrap();
    assert_eq!(content_type.as_deref(), Some("text/event-stream"));
}

#[wasm_bindgen_test]
async fn an_answer_whose_body_never_ends_stays_readable_and_is_left_when_the_stream_is_dropped() {
    let server = Scenario::new().await;
    let routes = [
        "/status/500?hold=true",
        "/content-type?type=text/plain&hold=true",
    ];
    for (route, aborted) in routes.into_iter().zip(1..) {
        let mut stream = server.fetch(route).stream().unwrap();
        last_error(&mut stream).await;
        // Nobody has left: the error was told, and the answer can still be read.
        assert_eq!(server.until("open=1").await.aborted, aborted - 1, "{route}");
        drop(stream);
        server.until(&format!("open=0&aborted={aborted}")).await;
    }
    server.no_request_follows(2, || {}).await;
}

#[wasm_bindgen_test]
async fn every_way_of_closing_leaves_an_answer_whose_body_never_ends() {
    let server = Scenario::new().await;
    let route = "/status/500?hold=true";
    let controller = AbortController::new().unwrap();
    let request = RequestInit::new();
    request.set_signal(Some(&controller.signal()));
    let request = Request::new_with_str_and_init(&server.url(route), &request).unwrap();
    let sources = [
        server.fetch(route),
        server.fetch(route),
        server.fetch(route).abort_signal(controller.signal()),
        EventSource::request(request),
    ];
    let mut kept = Vec::new();
    for source in sources {
        let mut stream = source.stream().unwrap();
        last_error(&mut stream).await;
        kept.push(stream);
    }
    assert_eq!(server.until("open=4").await.aborted, 0);
    kept[0].close();
    server.until("open=3").await;
    kept[1].close_handle().close();
    server.until("open=2").await;
    controller.abort();
    server.until("open=0&aborted=4").await;
}

#[wasm_bindgen_test]
async fn many_answers_that_never_end_leave_room_for_the_next() {
    let server = Scenario::new().await;
    // A browser has six connections to a host.
    for _ in 0..20 {
        let mut stream = server.fetch("/status/500?hold=true").stream().unwrap();
        last_error(&mut stream).await;
    }
    server.until("open=0&aborted=20").await;
}

#[wasm_bindgen_test]
async fn redirects_are_followed_with_the_method_and_body_that_fetch_gives_them() {
    for (status, method, body) in [
        (301, "GET", ""),
        (302, "GET", ""),
        (303, "GET", ""),
        (307, "POST", "a question"),
        (308, "POST", "a question"),
    ] {
        let server = Scenario::new().await;
        let route = format!("/redirect?to=/finish/2&status={status}");
        let mut stream = server
            .fetch(&route)
            .method("POST")
            .body("a question")
            .stream()
            .unwrap();
        let messages = messages(&mut stream).await;
        assert_eq!(messages.len(), 2, "{status}");
        assert_eq!(messages[0].origin(), server.origin());
        let asked = server.asked().await;
        assert_eq!(asked.len(), 2, "{status}");
        assert_eq!((&*asked[0].method, &*asked[0].body), ("POST", "a question"));
        assert!(asked[1].path.starts_with("/finish/2"), "{}", asked[1].path);
        assert_eq!(
            (&*asked[1].method, &*asked[1].body),
            (method, body),
            "{status}"
        );
        assert_eq!(asked[1].headers["accept"], "text/event-stream", "{status}");
        let response = stream.connection().response().expect("the answer");
        assert!(response.redirected() && response.url().contains("/finish/2"));
    }
}

#[wasm_bindgen_test]
async fn a_redirected_get_resumes_by_way_of_the_redirect() {
    let server = Scenario::new().await;
    let route = "/redirect?to=/resume/3?cut_every=2%26retry=50";
    let mut stream = server.fetch(route).stream().unwrap();
    for n in numbers(1..=3) {
        assert_eq!(message(&mut stream).await.data(), n);
    }
    assert_eq!(next(&mut stream).await, None);
    let asked = server.asked().await;
    let paths: Vec<_> = asked.iter().map(|asked| &asked.path[..5]).collect();
    assert_eq!(paths, ["/redi", "/resu", "/redi", "/resu"]);
    assert_eq!(server.counts().await.last_event_ids, ["", "", "2", "2"]);
}
