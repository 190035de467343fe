//! The request is what the program wants it to be, and one that cannot be is an error at once.

use std::{cell::Cell, collections::BTreeMap, rc::Rc};

use serde::Serialize;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, Error, EventSource, OpenError};

use super::{Engine, engine, last_error, request};
use crate::{
    Scenario,
    observe::{data, is_silent, message, next, noting_states, numbers, soon},
    scenario::Asked,
};

/// The one request that came, after its stream has ended.
async fn asked(server: &Scenario, source: EventSource) -> Asked {
    let mut stream = source.stream().unwrap();
    let before = server.counts().await.requests as usize;
    data(&mut stream).await;
    let mut asked = server.asked().await;
    assert!(asked.len() <= before + 1, "{asked:?}");
    asked.pop().expect("a request")
}

#[wasm_bindgen_test]
async fn an_event_stream_is_asked_for_and_no_cache() {
    let server = Scenario::new().await;
    let asked = asked(&server, server.fetch("/finish/1")).await;
    assert_eq!(asked.method, "GET");
    assert_eq!(asked.body, "");
    assert_eq!(asked.headers["accept"], "text/event-stream");
    assert_eq!(asked.headers["cache-control"], "no-cache");
    assert_eq!(
        asked.headers.get("last-event-id"),
        None,
        "there is none yet"
    );
}

#[wasm_bindgen_test]
async fn what_is_accepted_may_be_said_otherwise() {
    let server = Scenario::new().await;
    let both = "text/event-stream, application/json";
    let source = server.fetch("/finish/1").header("Accept", both);
    assert_eq!(asked(&server, source).await.headers["accept"], both);
}

#[wasm_bindgen_test]
async fn method_headers_and_body_arrive_and_the_last_of_a_name_counts() {
    let server = Scenario::new().await;
    let source = EventSource::new(server.url("/finish/1"))
        .method("PUT")
        .header("X-Name", "first")
        .header("x-name", "last")
        .header("Authorization", "Bearer abc")
        .body("a text, é 🦀");
    let asked = asked(&server, source).await;
    assert_eq!(asked.method, "PUT");
    assert_eq!(asked.headers["x-name"], "last");
    assert_eq!(asked.headers["authorization"], "Bearer abc");
    let content_type = &asked.headers["content-type"];
    assert_eq!(content_type.to_lowercase(), "text/plain;charset=utf-8");
    assert_eq!(asked.body, "a text, é 🦀");
}

#[wasm_bindgen_test]
async fn bytes_are_sent_as_they_are_and_without_a_type() {
    let server = Scenario::new().await;
    let bytes = vec![0, 0xC3, 0xA9, b'\r', b'\n'];
    let source = server.fetch("/finish/1").method("POST").body(bytes);
    let asked = asked(&server, source).await;
    assert_eq!(asked.body, "\0é\r\n");
    assert_eq!(asked.headers.get("content-type"), None);
}

#[wasm_bindgen_test]
async fn json_is_sent_with_its_type() {
    #[derive(Serialize)]
    struct Prompt {
        prompt: &'static str,
        stream: bool,
    }
    let prompt = Prompt {
        prompt: "é\n",
        stream: true,
    };
    let server = Scenario::new().await;
    let source = server.fetch("/finish/1").method("POST").json(&prompt);
    let first = asked(&server, source).await;
    assert_eq!(first.body, r#"{"prompt":"é\n","stream":true}"#);
    assert_eq!(first.headers["content-type"], "application/json");
    // A header that comes later has the last word.
    let source = server.fetch("/finish/1").method("POST").json(&prompt);
    let source = source.header("Content-Type", "application/vnd.api+json");
    let second = asked(&server, source).await;
    assert_eq!(second.headers["content-type"], "application/vnd.api+json");
}

#[wasm_bindgen_test]
async fn a_body_may_be_what_javascript_has() {
    let server = Scenario::new().await;
    let form = js_sys::eval("new URLSearchParams({ a: '1 2', b: 'é' })").unwrap();
    let source = server.fetch("/finish/1").method("POST").body(form);
    let asked = asked(&server, source).await;
    assert_eq!(asked.body, "a=1+2&b=%C3%A9");
    let content_type = &asked.headers["content-type"];
    assert!(content_type.starts_with("application/x-www-form-urlencoded"));
}

#[wasm_bindgen_test]
async fn a_request_of_the_programs_own_is_sent_with_everything_in_it() {
    let server = Scenario::new().await;
    let given = request(
        &server.url("/finish/1"),
        "{ method: 'POST', headers: { 'X-Name': 'value', 'Content-Type': 'application/json' },
           body: '[1]', referrerPolicy: 'no-referrer' }",
    );
    let asked = asked(&server, EventSource::request(given)).await;
    assert_eq!((&*asked.method, &*asked.body), ("POST", "[1]"));
    assert_eq!(asked.headers["x-name"], "value");
    assert_eq!(asked.headers["content-type"], "application/json");
    assert_eq!(asked.headers["accept"], "text/event-stream");
    assert_eq!(asked.headers["cache-control"], "no-cache");
}

#[wasm_bindgen_test]
async fn a_request_that_hides_where_it_comes_from_goes_on_hiding_it() {
    let server = Scenario::new().await;
    let url = server.url("/finish/1");
    let open = asked(&server, EventSource::request(request(&url, "{}"))).await;
    assert!(open.headers.contains_key("referer"), "{open:?}");
    for init in ["{ referrerPolicy: 'no-referrer' }", "{ referrer: '' }"] {
        let hidden = asked(&server, EventSource::request(request(&url, init))).await;
        assert_eq!(hidden.headers.get("referer"), None, "{init}");
    }
}

#[wasm_bindgen_test]
async fn what_the_builder_says_replaces_parts_of_a_given_request() {
    let server = Scenario::new().await;
    let given = request(
        &server.url("/finish/1"),
        "{ method: 'POST', headers: { 'X-A': '1', 'X-B': '1', Accept: 'text/*' }, body: 'old' }",
    );
    let source = EventSource::request(given)
        .method("PUT")
        .header("X-B", "2")
        .body("new");
    let asked = asked(&server, source).await;
    assert_eq!((&*asked.method, &*asked.body), ("PUT", "new"));
    let headers = ["x-a", "x-b", "accept"].map(|name| &*asked.headers[name]);
    assert_eq!(headers, ["1", "2", "text/*"]);
}

#[wasm_bindgen_test]
async fn a_request_of_gloo_net_is_a_request() {
    let server = Scenario::new().await;
    let given = gloo_net::http::Request::post(&server.url("/finish/2"))
        .header("X-Name", "value")
        .body("from gloo")
        .unwrap();
    let mut stream = EventSource::request(given).stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=2));
    let asked = server.asked().await.pop().expect("a request");
    assert_eq!((&*asked.method, &*asked.body), ("POST", "from gloo"));
    assert_eq!(asked.headers["x-name"], "value");
}

#[wasm_bindgen_test]
async fn what_no_browser_would_send_is_an_error_at_opening_and_no_request() {
    let server = Scenario::new().await;
    let url = server.url("/finish/1");
    let source = || EventSource::fetch(&*url);
    let opened = |source: EventSource| {
        let error = source.stream().expect_err("nothing to open");
        assert!(error.to_string().len() > 30, "{error}");
        error
    };

    let used = request(&url, "{ method: 'POST', body: 'once' }");
    JsFuture::from(used.text().unwrap()).await.unwrap();
    let refused = [
        EventSource::request(used),
        source().body("a GET has none"),
        source().method("HEAD").body("neither has this"),
        source().method("TRACE"),
        source().method("two words"),
        source().method(""),
        EventSource::fetch(url.replace("http://", "http://name:password@")),
    ];
    for source in refused {
        let shown = format!("{source:?}");
        let error = opened(source);
        assert!(
            matches!(error, OpenError::Refused { .. }),
            "{shown}: {error:?}"
        );
    }

    for wrong in ["http://", "http://host:port/", "http://[::1"] {
        match opened(EventSource::fetch(wrong)) {
            OpenError::InvalidUrl { url, .. } => assert_eq!(&*url, wrong),
            other => panic!("{wrong} gave {other:?}"),
        }
    }

    for (name, value) in [
        ("two words", "x"),
        ("", "x"),
        ("é", "x"),
        ("X-Name", "two\nlines"),
        ("X-Name", "\0"),
        ("X-Name", "🦀"),
        // The browser's own, which it would leave away in silence.
        ("Cookie", "a=b"),
        ("Host", "elsewhere"),
        ("Origin", "http://elsewhere"),
        ("Content-Length", "7"),
        ("Sec-Anything", "x"),
    ] {
        match opened(source().header(name, value)) {
            OpenError::InvalidHeader {
                name: named,
                detail,
            } => {
                assert_eq!(&*named, name);
                assert!(!detail.is_empty());
            }
            other => panic!("{name}: {value:?} gave {other:?}"),
        }
    }

    let no_json = BTreeMap::from([((1, 2), "a key that is no text")]);
    let error = opened(source().method("POST").json(&no_json));
    assert!(matches!(error, OpenError::InvalidBody { .. }), "{error:?}");

    server.no_request_follows(0, || {}).await;
}

#[wasm_bindgen_test]
async fn the_first_request_goes_on_from_the_id_that_is_given() {
    let server = Scenario::new().await;
    let source = server.fetch("/resume/4?cut_every=9").last_event_id("2");
    let mut stream = source.stream().unwrap();
    assert_eq!(stream.connection().last_event_id(), "2");
    assert_eq!(data(&mut stream).await, numbers(3..=4));
    assert_eq!(server.counts().await.last_event_ids, ["2"]);
    assert_eq!(stream.connection().last_event_id(), "4");
}

#[wasm_bindgen_test]
async fn an_id_of_another_script_arrives_as_utf8_at_the_first_request_and_at_a_reconnect() {
    let server = Scenario::new().await;
    let source = server.fetch("/live").last_event_id("é7 🦀");
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    server.send("id: время/✓\ndata: 1\n\n").await;
    message(&mut stream).await;
    assert!(is_silent(&mut stream));
    server.end().await;
    let counts = server.until("requests=2").await;
    let sent = ["é7 🦀", "время/✓"].map(|id| match engine() {
        // It takes the bytes of a header for characters, and encodes them once more.
        Engine::WebKit => id.bytes().map(char::from).collect(),
        _ => id.to_owned(),
    });
    assert_eq!(counts.last_event_ids, sent);
}

#[wasm_bindgen_test]
async fn an_id_of_white_space_is_sent_as_none() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/live").stream().unwrap();
    for (requests, id) in (2..).zip(["   ", "\t"]) {
        server.until("open=1").await;
        server
            .send(&format!("id: {id}\ndata: {requests}\n\n"))
            .await;
        assert_eq!(message(&mut stream).await.last_event_id(), id);
        assert!(is_silent(&mut stream));
        server.end().await;
        let counts = server.until(&format!("requests={requests}")).await;
        assert_eq!(counts.last_event_ids.concat(), "", "{id:?}");
    }
}

#[wasm_bindgen_test]
async fn an_id_that_no_header_can_have_is_an_error_that_says_so() {
    for id in ["a\u{1}b", "\u{1f}", "\u{7f}x"] {
        let server = Scenario::new().await;
        let source = server.fetch("/live").last_event_id(id);
        let error = source.stream().unwrap_err().to_string();
        assert!(
            error.contains("Last-Event-ID") && error.contains("control"),
            "{error}"
        );

        let mut stream = server.fetch("/live").stream().unwrap();
        server.until("open=1").await;
        server.send(&format!("id: {id}\ndata: 1\n\n")).await;
        assert_eq!(message(&mut stream).await.last_event_id(), id);
        assert!(is_silent(&mut stream));
        server.end().await;
        let error = last_error(&mut stream).await.to_string();
        assert!(
            error.contains("Last-Event-ID") && error.contains("control"),
            "{error}"
        );
    }
}

#[wasm_bindgen_test]
async fn headers_are_computed_anew_for_each_attempt() {
    let server = Scenario::new().await;
    let asked = Rc::new(Cell::new(0));
    let count = Rc::clone(&asked);
    let source = server.fetch("/bearer").headers_with(async move || {
        count.set(count.get() + 1);
        gloo_timers::future::TimeoutFuture::new(1).await;
        Ok::<_, String>([("Authorization", format!("Bearer token-{}", count.get()))])
    });
    let mut stream = source
        .header("authorization", "Bearer old")
        .stream()
        .unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=4));
    assert!(matches!(stream.close_reason(), Some(CloseReason::Rule(_))));
    assert_eq!(asked.get(), 4);
    server.no_request_follows(4, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_header_that_is_not_computed_again_is_not_sent_again() {
    let server = Scenario::new().await;
    let first = Cell::new(Some(("X-First", "yes")));
    let source = server.fetch("/resume/2?cut_every=1");
    let source = source.headers_with(async move || Ok::<_, String>(first.take()));
    assert_eq!(data(&mut source.stream().unwrap()).await, numbers(1..=2));
    let asked = server.asked().await;
    let sent: Vec<_> = asked
        .iter()
        .map(|asked| asked.headers.contains_key("x-first"))
        .collect();
    assert_eq!(sent, [true, false]);
}

#[wasm_bindgen_test]
async fn a_token_that_is_not_renewed_is_refused() {
    let server = Scenario::new().await;
    let source = server
        .fetch("/bearer")
        .header("Authorization", "Bearer token-1");
    let mut stream = source.stream().unwrap();
    assert_eq!(message(&mut stream).await.data(), numbers(1..=1)[0]);
    let error = last_error(&mut stream).await;
    assert!(
        matches!(error, Error::Status { status: 401, .. }),
        "{error}"
    );
}

#[wasm_bindgen_test]
async fn headers_that_cannot_be_had_or_sent_end_the_stream_and_there_is_no_request() {
    let server = Scenario::new().await;
    let source = server
        .fetch("/finish/1")
        .headers_with(async || Err::<[(&str, &str); 0], _>("logged out"));
    let mut stream = source.stream().unwrap();
    match last_error(&mut stream).await {
        Error::Headers { url, detail } => {
            assert_eq!(
                (url, &*detail),
                (server.url("/finish/1").into(), "logged out")
            );
        }
        other => panic!("{other:?}"),
    }
    for (name, value) in [("Cookie", "a=b"), ("X-Name", "two\nlines")] {
        let source = server
            .fetch("/finish/1")
            .headers_with(async move || Ok::<_, String>([(name, value)]));
        match last_error(&mut source.stream().unwrap()).await {
            Error::Headers { detail, .. } => assert!(detail.contains(name), "{detail}"),
            other => panic!("{other:?}"),
        }
    }
    server.no_request_follows(0, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn headers_that_cannot_be_had_at_a_reconnect_end_the_stream_after_its_messages() {
    let server = Scenario::new().await;
    let first = Cell::new(true);
    let source = server.fetch("/end/2").headers_with(async move || {
        let header = [("X-Name", "value")];
        if first.replace(false) {
            Ok(header)
        } else {
            Err("logged out")
        }
    });
    let mut stream = source.stream().unwrap();
    for n in numbers(1..=2) {
        assert_eq!(message(&mut stream).await.data(), n);
    }
    let error = last_error(&mut stream).await;
    assert!(matches!(error, Error::Headers { .. }), "{error}");
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_plain_get_of_another_origin_needs_no_preflight_and_one_with_a_header_does() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/finish/1").stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=1));
    assert_eq!(server.counts().await.preflights, 0);
    let source = server.fetch("/finish/1").header("X-Name", "value");
    assert_eq!(data(&mut source.stream().unwrap()).await, numbers(1..=1));
    assert_eq!(server.counts().await.preflights, 1);
}

/// What `/cookies/required` says of the cookies that came along.
async fn has_cookie(source: EventSource) -> bool {
    let mut stream = source.stream().unwrap();
    match soon("the answer", next(&mut stream)).await {
        Some(Ok(message)) => message.data() == r#"{"cookie":true}"#,
        Some(Err(Error::Status { status: 401, .. })) => false,
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn cookies_go_to_another_origin_as_the_builder_or_the_given_request_says() {
    let server = Scenario::new().await;
    let set = server.fetch("/cookies/set").with_credentials(true);
    assert_eq!(next(&mut set.stream().unwrap()).await, None, "204");
    let given = |init: &str| EventSource::request(request(&server.url("/cookies/required"), init));
    assert!(!has_cookie(server.fetch("/cookies/required")).await);
    assert!(has_cookie(server.fetch("/cookies/required").with_credentials(true)).await);
    assert!(has_cookie(given("{ credentials: 'include' }")).await);
    assert!(!has_cookie(given("{ credentials: 'omit' }")).await);
    assert!(!has_cookie(given("{ credentials: 'same-origin' }")).await);
    assert!(has_cookie(given("{ credentials: 'omit' }").with_credentials(true)).await);
}

#[wasm_bindgen_test]
async fn any_of_the_settings_chooses_fetch() {
    let server = Scenario::new().await;
    let source = || EventSource::new(server.url("/finish/1"));
    for source in [
        source().method("GET"),
        source().header("X-Name", "value"),
        source().headers_with(async || Ok::<_, String>([("X-Name", "value")])),
        source().last_event_id("0"),
        source().reconnect(true),
        source().all_events(),
        source().on_comment(|_| {}),
        source().max_event_size(100),
    ] {
        let (source, states) = noting_states(source);
        let stream = source.stream().unwrap();
        states.until("open").await;
        assert!(stream.connection().response().is_some());
    }
    let (source, states) = noting_states(source());
    let stream = source.stream().unwrap();
    states.until("open").await;
    assert!(
        stream.connection().response().is_none(),
        "the browser's own"
    );
}
