//! Requests that can never succeed fail once, with an error that names the cause.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{Error, EventSource};

use super::{last_error, put_back, request, with_fetch};
use crate::{Scenario, observe::noting_states};

/// Opens a connection that the browser blocks: one error that has this in its reason, and no second attempt.
async fn is_blocked(source: EventSource, expected: &str) {
    let (source, states) = noting_states(source);
    let error = last_error(&mut source.stream().unwrap()).await;
    assert!(
        matches!(&error, Error::Blocked { reason, .. } if reason.contains(expected)),
        "{error:?}"
    );
    assert!(error.to_string().contains(expected), "{error}");
    assert_eq!(states.all(), ["closed"]);
}

#[wasm_bindgen_test]
async fn a_scheme_that_cannot_be_fetched() {
    for url in [
        "mailto:a@example.org",
        "ftp://127.0.0.1/x",
        "javascript:1",
        "nothing:x",
    ] {
        is_blocked(EventSource::fetch(url), "http:").await;
        is_blocked(EventSource::fetch(url).method("POST"), "http:").await;
    }
}

#[wasm_bindgen_test]
async fn a_port_that_browsers_do_not_connect_to() {
    is_blocked(EventSource::fetch("http://127.0.0.1:6000/"), "port").await;
}

#[wasm_bindgen_test]
async fn a_request_for_its_own_origin_that_goes_to_another_one_reaches_no_server() {
    let server = Scenario::new().await;
    let request = request(&server.url("/finish/1"), "{ mode: 'same-origin' }");
    is_blocked(EventSource::request(request), "same-origin").await;
    server.no_request_follows(0, || {}).await;
}

#[wasm_bindgen_test]
async fn a_redirect_where_the_request_excludes_redirects() {
    let server = Scenario::new().await;
    let url = server.url("/redirect?to=/finish/1");
    let request = request(&url, "{ redirect: 'error' }");
    is_blocked(EventSource::request(request), "redirect").await;
}

#[wasm_bindgen_test]
async fn an_integrity_that_no_endless_body_can_have() {
    let server = Scenario::new().await;
    let hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let init = format!("{{ integrity: '{hash}' }}");
    let request = request(&server.url("/finish/1"), &init);
    is_blocked(EventSource::request(request), "integrity").await;
}

#[wasm_bindgen_test]
async fn a_redirect_to_a_server_that_allows_nobody_is_a_matter_of_cors() {
    let server = Scenario::new().await;
    let url = server.url("/redirect?to=/closed/finish/1");
    let mut stream = EventSource::fetch(&url).stream().unwrap();
    assert_eq!(
        last_error(&mut stream).await,
        Error::Cors { url: url.into() }
    );
}

#[wasm_bindgen_test]
async fn a_server_that_allows_nobody_and_leaves_a_head_without_an_answer_is_a_matter_of_cors() {
    let server = Scenario::new().await;
    let original = with_fetch(
        "(request, init) => request.method === 'HEAD'
            ? new Promise((_, reject) => { request.signal.onabort = () => reject(request.signal.reason); })
            : original(request, init)",
    );
    let url = server.url("/closed/finish/1");
    let mut stream = EventSource::fetch(&url).stream().unwrap();
    let error = last_error(&mut stream).await;
    put_back(&original);
    assert_eq!(error, Error::Cors { url: url.into() });
}

/// Not in workers: they have a policy of their own, and a page's `meta` element does not change it.
#[wasm_bindgen_test]
async fn a_content_security_policy_that_does_not_allow_the_request() {
    let has_document = js_sys::eval("typeof document").expect("plain JavaScript");
    if has_document != "object" {
        return;
    }
    // From now on for the whole page, whose other tests use the address and not the name of the host.
    js_sys::eval(
        "(() => {
            const meta = document.createElement('meta');
            meta.httpEquiv = 'Content-Security-Policy';
            meta.content = \"connect-src 'self' http://127.0.0.1:* blob: data:\";
            document.head.append(meta);
        })()",
    )
    .expect("plain JavaScript");
    let server = Scenario::new().await;
    let foreign = server.url("/finish/1").replace("127.0.0.1", "localhost");
    is_blocked(EventSource::fetch(&foreign), "content security policy").await;
    is_blocked(
        EventSource::fetch(&foreign).method("POST"),
        "content security policy",
    )
    .await;
}
