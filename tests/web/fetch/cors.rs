//! A server that does not allow this page to read its answer is told apart from one that is not there.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{
    Buffer, Error, EventSource, Lifecycle, LifecycleStream, ReconnectCause, Retry,
};

use super::{last_error, put_back, with_fetch};
use crate::{
    Scenario,
    observe::{data, lost, next, noting_states, numbers},
};

/// Opens a route that CORS does not allow: one error that says so, for a request that is repeated after a
/// second look.
async fn is_blocked(
    server: &Scenario,
    source: wasm_eventsource::EventSource,
    route: &str,
    expected: &[&str],
) {
    let (source, states) = noting_states(source);
    let mut stream = source.stream().unwrap();
    let error = last_error(&mut stream).await;
    assert_eq!(
        error,
        Error::Cors {
            url: server.url(route).into()
        }
    );
    assert!(error.to_string().contains("CORS"), "{error}");
    assert_eq!(states.all(), expected);
}

#[wasm_bindgen_test]
async fn a_server_that_allows_nobody_is_an_error_that_says_so() {
    let server = Scenario::new().await;
    let route = "/closed/finish/3";
    is_blocked(&server, server.fetch(route), route, &TWICE).await;
    let post = server.fetch(route).method("POST").body("x");
    is_blocked(&server, post, route, &ONCE).await;
    let probes = server
        .asked()
        .await
        .into_iter()
        .filter(|asked| asked.method == "HEAD");
    for probe in probes {
        assert_eq!(probe.body, "");
        assert_eq!(probe.headers.get("cookie"), None);
    }
    // The POST and its probe; the GET twice, each time with a HEAD and a GET. Then the client asks no more.
    server.no_request_follows(8, || {}).await;
}

#[wasm_bindgen_test]
async fn a_server_that_refuses_preflights_can_be_asked_only_without_headers() {
    let server = Scenario::new().await;
    let route = "/closed/preflight/finish/3";
    is_blocked(
        &server,
        server.fetch(route).header("X-Name", "value"),
        route,
        &TWICE,
    )
    .await;
    let put = server.fetch(route).method("PUT");
    is_blocked(&server, put, route, &ONCE).await;
    let mut stream = server.fetch(route).stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=3));
}

#[wasm_bindgen_test]
async fn a_server_that_allows_everybody_allows_nobody_with_credentials() {
    let server = Scenario::new().await;
    let route = "/wide-open/finish/3";
    let source = server.fetch(route).with_credentials(true);
    is_blocked(&server, source, route, &TWICE).await;
    let source = server.fetch(route).header("X-Name", "value");
    assert_eq!(data(&mut source.stream().unwrap()).await, numbers(1..=3));
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_not_called_a_matter_of_cors() {
    let server = Scenario::new().await;
    server.refuse().await;
    let mut post = server.fetch("/finish/1").method("POST").stream().unwrap();
    let error = last_error(&mut post).await;
    assert!(
        matches!(
            error,
            Error::Network {
                was_open: false,
                ..
            }
        ),
        "{error:?}"
    );

    let get = server.fetch("/finish/1").stream().unwrap();
    let mut get = get.with_lifecycle();
    for attempt in 1..=2 {
        let expected = (attempt, ReconnectCause::Unreachable);
        assert_eq!(lost(&mut get).await, expected);
    }
}

type Item = Option<Result<Lifecycle, Error>>;

fn without_delay(item: Item) -> Item {
    match item {
        Some(Ok(Lifecycle::Reconnecting { attempt, cause, .. })) => {
            Some(Ok(Lifecycle::Reconnecting {
                attempt,
                cause,
                delay: None,
            }))
        }
        other => other,
    }
}

const ONCE: [&str; 1] = ["closed"];
const TWICE: [&str; 2] = ["reconnecting", "closed"];

/// Opens a stream and loses it, while the next requests fail, as many as given, of those that this JavaScript
/// chooses. Returns what comes behind the second attempt, whose cause is given.
async fn lost_while_failing(
    source: EventSource,
    server: &Scenario,
    times: u32,
    chosen: &str,
    cause: ReconnectCause,
) -> (LifecycleStream, Item) {
    let stream = source.buffer(Buffer::unbounded()).stream();
    let mut stream = stream.unwrap().with_lifecycle();
    assert_eq!(next(&mut stream).await, Some(Ok(Lifecycle::Opened)));
    let original = with_fetch(&format!(
        "(() => {{
            let left = {times};
            return (request, init) => {chosen} && left-- > 0
                ? Promise.reject(new TypeError('on purpose'))
                : original(request, init);
        }})()"
    ));
    server.end().await;
    assert_eq!(lost(&mut stream).await, (1, ReconnectCause::Ended));
    assert_eq!(lost(&mut stream).await, (2, cause));
    let behind = next(&mut stream).await;
    put_back(&original);
    (stream, behind)
}

#[wasm_bindgen_test]
async fn a_server_that_was_away_for_a_moment_is_no_matter_of_cors() {
    let server = Scenario::new().await;
    let (source, cause) = (server.fetch("/live"), ReconnectCause::Cors);
    let (_stream, behind) = lost_while_failing(source, &server, 1, NOT_PROBES, cause).await;
    let last_event_id = String::new();
    assert_eq!(behind, Some(Ok(Lifecycle::Resumed { last_event_id })));
}

/// The third attempt follows for this cause, and succeeds.
async fn resumes_with_the_third(stream: &mut LifecycleStream, behind: Item, cause: ReconnectCause) {
    let third = Lifecycle::Reconnecting {
        attempt: 3,
        cause,
        delay: None,
    };
    assert_eq!(without_delay(behind), Some(Ok(third)));
    let last_event_id = String::new();
    let resumed = Lifecycle::Resumed { last_event_id };
    assert_eq!(next(stream).await, Some(Ok(resumed)));
}

/// The requests of the stream, and not those that look for the reason.
const NOT_PROBES: &str = "request.mode === 'cors' && request.method === 'GET'";

#[wasm_bindgen_test]
async fn a_server_that_resets_a_get_twice_and_answers_a_head_is_no_matter_of_cors() {
    let server = Scenario::new().await;
    // Each time the request and the GET that looks for the reason.
    let (source, cause) = (server.fetch("/live"), ReconnectCause::Unreachable);
    let chosen = "request.method === 'GET'";
    let (mut stream, behind) = lost_while_failing(source, &server, 4, chosen, cause).await;
    resumes_with_the_third(&mut stream, behind, cause).await;
}

#[wasm_bindgen_test]
async fn a_server_that_was_open_and_then_allows_nobody_is_asked_again_by_default() {
    let server = Scenario::new().await;
    let (source, cause) = (server.fetch("/live"), ReconnectCause::Cors);
    let (mut stream, behind) = lost_while_failing(source, &server, 2, NOT_PROBES, cause).await;
    resumes_with_the_third(&mut stream, behind, cause).await;
}

#[wasm_bindgen_test]
async fn a_server_that_was_open_and_then_allows_nobody_is_an_error_under_the_standard_policy() {
    let server = Scenario::new().await;
    let source = server.fetch("/live").retry(Retry::standard());
    let cause = ReconnectCause::Cors;
    let (mut stream, behind) = lost_while_failing(source, &server, 2, NOT_PROBES, cause).await;
    let url = server.url("/live").into();
    assert_eq!(behind, Some(Err(Error::Cors { url })));
    assert!(matches!(
        next(&mut stream).await,
        Some(Ok(Lifecycle::Closed(_)))
    ));
    assert_eq!(next(&mut stream).await, None);
}
