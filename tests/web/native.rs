//! What is true of the browser's own `EventSource` alone, and not over `fetch()`.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, CloseRule, Error, Lifecycle, ReconnectCause};

use crate::{
    Scenario,
    observe::{Notes, data, item, message, messages, next, noting_states, numbers},
};

// Over `fetch()` what nobody polls for is not read, so that the server is held back.
#[wasm_bindgen_test]
async fn the_close_event_is_obeyed_while_nobody_reads_the_stream() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/finish/3"));
    let mut stream = source.stream().unwrap();
    states.until("closed").await;
    assert_eq!(
        data(&mut stream).await,
        numbers(1..=3),
        "what came is still there"
    );
    server.no_request_follows(1, move || drop(stream)).await;
}

// Over `fetch()` 204 is no error, as a server says with it that it has nothing more.
#[wasm_bindgen_test]
async fn status_204_ends_with_one_error() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.source("/status/204"));
    let mut stream = source.stream().unwrap();
    let failed = Error::Failed {
        url: server.url("/status/204").into(),
        was_open: false,
    };
    assert_eq!(next(&mut stream).await, Some(Err(failed.clone())));
    assert_eq!(next(&mut stream).await, None);
    assert_eq!(stream.close_reason(), Some(CloseReason::Failed(failed)));
    assert_eq!(states.all(), ["closed"]);
    server.no_request_follows(1, move || drop(stream)).await;
}

// Over `fetch()` the error says what the answer was.
#[wasm_bindgen_test]
async fn a_failure_at_a_reconnect_says_that_the_connection_had_been_open() {
    let server = Scenario::new().await;
    let mut stream = server.source("/status/500?after=1").stream().unwrap();
    message(&mut stream).await;
    let failed = Error::Failed {
        url: server.url("/status/500?after=1").into(),
        was_open: true,
    };
    assert_eq!(next(&mut stream).await, Some(Err(failed)));
}

// Over `fetch()` the change has the delay.
#[wasm_bindgen_test]
async fn the_delay_of_the_browser_is_not_known() {
    let server = Scenario::new().await;
    let mut stream = server.source("/live").stream().unwrap().with_lifecycle();
    assert_eq!(item(&mut stream).await, Lifecycle::Opened);
    server.end().await;
    let lost = Lifecycle::Reconnecting {
        attempt: 1,
        cause: ReconnectCause::Disconnected,
        delay: None,
    };
    assert_eq!(item(&mut stream).await, lost);
}

// Over `fetch()` there is no task of the browser's for a burst: its bytes come at once.
/// How many `MessageChannel`s were put to use and not closed since the first call. It is their ports
/// that are watched: WebKit goes on with the constructor that it has compiled, whatever is put in its
/// place.
fn open_channels() -> f64 {
    js_sys::eval(
        "(() => {
            if (globalThis.openPorts === undefined) {
                const open = new Set();
                globalThis.openPorts = open;
                const { start, close } = MessagePort.prototype;
                MessagePort.prototype.start = function () {
                    open.add(this);
                    return start.call(this);
                };
                MessagePort.prototype.close = function () {
                    open.delete(this);
                    return close.call(this);
                };
            }
            return globalThis.openPorts.size;
        })()",
    )
    .expect("plain JavaScript")
    .as_f64()
    .expect("a number")
}

#[wasm_bindgen_test]
async fn no_channel_stays_open_though_the_first_message_is_the_last() {
    let before = open_channels();
    let server = Scenario::new().await;
    for route in ["/finish/0", "/finish/1", "/burst/1000"] {
        let source = server.source(route).events(["message", "close"]);
        let mut stream = source.stream().unwrap();
        messages(&mut stream).await;
        assert_eq!(open_channels(), before, "{route}");
    }
    let mut stream = server.source("/end/3").stream().unwrap();
    message(&mut stream).await;
    assert_eq!(open_channels(), before + 1.0, "one is enough");
    drop(stream);
    assert_eq!(open_channels(), before);
}

#[wasm_bindgen_test]
async fn a_rule_sees_no_event_named_as_the_connection_s_own_that_nothing_listens_for() {
    let server = Scenario::new().await;
    let source = server.source("/live").close_on(CloseRule::data("[DONE]"));
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    server
        .send("event: error\ndata: [DONE]\nid: 7\n\nevent: open\ndata: [DONE]\n\ndata: 1\n\n")
        .await;
    assert_eq!(message(&mut stream).await.data(), "1");
    server.send("data: [DONE]\n\n").await;
    assert_eq!(next(&mut stream).await, None);
}

#[wasm_bindgen_test]
async fn a_rule_does_not_see_an_event_of_a_connection_events_name_without_a_subscription() {
    let server = Scenario::new().await;
    let seen = Notes::default();
    let writer = seen.clone();
    let rule = CloseRule::when(move |frame| {
        writer.write(frame.event_type());
        false
    });
    let mut stream = server
        .source("/named/error")
        .close_on(rule)
        .stream()
        .unwrap();
    message(&mut stream).await;
    assert_eq!(seen.all(), ["message"]);
}
