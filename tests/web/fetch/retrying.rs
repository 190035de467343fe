//! The retry policy decides whether and when the request is sent again.

use std::{
    cell::{Cell, OnceCell},
    rc::Rc,
    time::Duration,
};

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{
    CloseHandle, CloseReason, Error, EventStream,
    Lifecycle::{self, Message, Opened, Reconnecting, Resumed},
    ReconnectCause, Retry,
};

use super::last_error;
use crate::{
    Scenario,
    observe::{Notes, data, is_silent, item, lost, message, next, noting_states, numbers},
};

/// Retries with short delays, from the first attempt on.
fn quick() -> Retry {
    Retry::resilient()
        .initial_delay(Duration::from_millis(10))
        .max_delay(Duration::from_millis(100))
}

fn is_status(error: &Error, expected: u16) -> bool {
    matches!(error, Error::Status { status, .. } if *status == expected)
}

/// The milliseconds between the requests that the server got.
async fn pauses(server: &Scenario) -> Vec<u64> {
    let times: Vec<u64> = server.asked().await.iter().map(|asked| asked.at).collect();
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[wasm_bindgen_test]
async fn a_busy_server_is_asked_again_once_the_stream_was_open_and_nothing_is_lost() {
    let server = Scenario::new().await;
    let route = "/statuses?codes=200,503,429,502";
    let mut stream = server.fetch(route).stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=2));
    assert!(matches!(stream.close_reason(), Some(CloseReason::Rule(_))));
    let ids = server.counts().await.last_event_ids;
    assert_eq!(ids, ["", "1", "1", "1", "1"]);
    server.no_request_follows(5, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_busy_server_is_an_error_at_the_first_attempt_by_default() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.fetch("/statuses?codes=503"));
    let mut stream = source.stream().unwrap();
    assert!(is_status(&last_error(&mut stream).await, 503));
    assert_eq!(states.all(), ["closed"]);
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_resilient_policy_retries_the_first_attempt() {
    let server = Scenario::new().await;
    let source = server.fetch("/statuses?codes=503,500").retry(quick());
    let mut stream = source.stream().unwrap().with_lifecycle();
    for (attempt, status) in [(1, 503), (2, 500)] {
        let busy = (attempt, ReconnectCause::Status(status));
        assert_eq!(lost(&mut stream).await, busy);
    }
    assert_eq!(item(&mut stream).await, Opened);
    assert!(matches!(item(&mut stream).await, Message(_)));
    assert!(matches!(item(&mut stream).await, Lifecycle::Closed(_)));
    server.no_request_follows(3, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn the_state_and_the_change_have_attempt_cause_and_delay() {
    let server = Scenario::new().await;
    let route = "/statuses?codes=200,503";
    let mut stream = server.fetch(route).stream().unwrap().with_lifecycle();
    assert_eq!(item(&mut stream).await, Opened);
    assert!(matches!(item(&mut stream).await, Message(_)));
    let expected = [
        (ReconnectCause::Ended, 50..=100),
        (ReconnectCause::Status(503), 200..=400),
    ];
    for (number, (cause, range)) in (1..).zip(expected) {
        let change = item(&mut stream).await;
        let wasm_eventsource::State::Reconnecting {
            attempt,
            cause: seen,
            delay: Some(delay),
        } = stream.connection().state()
        else {
            panic!("{:?}", stream.connection().state());
        };
        assert_eq!((attempt, seen), (number, cause));
        assert!(range.contains(&delay.as_millis()), "{delay:?}");
        let same = Reconnecting {
            attempt,
            cause,
            delay: Some(delay),
        };
        assert_eq!(change, same);
    }
    let last_event_id = "1".to_owned();
    assert_eq!(item(&mut stream).await, Resumed { last_event_id });
}

#[wasm_bindgen_test]
async fn the_pause_that_a_server_asks_for_is_waited_for() {
    for date in ["", "&as_date=true"] {
        let server = Scenario::new().await;
        let route = format!("/statuses?codes=200,503&retry_after=2{date}");
        let retry = Retry::default().jitter(0.0);
        let mut stream = server.fetch(&route).retry(retry).stream().unwrap();
        assert_eq!(data(&mut stream).await, numbers(1..=2));
        let pauses = pauses(&server).await;
        // A date has no fractions of a second.
        let least = if date.is_empty() { 1990 } else { 990 };
        assert!(pauses[1] >= least, "{pauses:?} {date}");
    }
}

#[wasm_bindgen_test]
async fn the_pause_that_a_server_asks_for_has_a_limit() {
    let server = Scenario::new().await;
    let retry = quick().max_retry_after(Duration::from_millis(300));
    let source = server.fetch("/statuses?codes=503&retry_after=86400");
    let mut stream = source.retry(retry.jitter(0.0)).stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=1));
    let pauses = pauses(&server).await;
    assert!(pauses[0] >= 290, "{pauses:?}");
}

#[wasm_bindgen_test]
async fn attempts_that_are_used_up_are_one_error_that_says_so() {
    let server = Scenario::new().await;
    let source = server.fetch("/status/503").retry(quick().max_attempts(2));
    let (source, states) = noting_states(source);
    let mut stream = source.stream().unwrap();
    let error = last_error(&mut stream).await;
    let text = error.to_string();
    let Error::Exhausted {
        attempts,
        elapsed,
        last: Some(last),
        ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(attempts, 2);
    assert!(!elapsed.is_zero() && is_status(&last, 503), "{last}");
    assert!(
        text.contains("after 2 attempts") && text.contains("503"),
        "{text}"
    );
    assert_eq!(states.all(), ["reconnecting", "reconnecting", "closed"]);
    server.no_request_follows(3, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn responses_that_end_at_once_use_up_attempts_too() {
    let server = Scenario::new().await;
    let source = server.fetch("/end/1").retry(quick().max_attempts(1));
    let mut stream = source.stream().unwrap();
    for n in 1..=2 {
        assert_eq!(message(&mut stream).await.last_event_id(), n.to_string());
    }
    let error = last_error(&mut stream).await;
    assert!(
        matches!(
            error,
            Error::Exhausted {
                attempts: 1,
                last: None,
                ..
            }
        ),
        "{error}"
    );
    server.no_request_follows(2, move || drop(stream)).await;
}

/// A stream with computed tokens, of which these calls get a wrong one; and the number of calls.
fn with_wrong_tokens(server: &Scenario, wrong: &'static [u32]) -> (EventStream, Rc<Cell<u32>>) {
    let calls = Rc::<Cell<u32>>::default();
    let counter = Rc::clone(&calls);
    let source = server.fetch("/bearer").headers_with(async move || {
        let call = counter.get() + 1;
        counter.set(call);
        let name = if wrong.contains(&call) {
            "old"
        } else {
            "token"
        };
        Ok::<_, String>([("Authorization", format!("Bearer {name}-{call}"))])
    });
    (source.stream().unwrap(), calls)
}

#[wasm_bindgen_test]
async fn a_denial_leads_to_one_more_attempt_at_once_with_fresh_headers() {
    let server = Scenario::new().await;
    // The first attempt, and a later one.
    let (mut stream, calls) = with_wrong_tokens(&server, &[1, 4]);
    assert_eq!(data(&mut stream).await, numbers(1..=4));
    assert_eq!(calls.get(), 6);
    assert_eq!(server.counts().await.requests, 6);
}

#[wasm_bindgen_test]
async fn a_second_denial_in_a_row_is_final() {
    let server = Scenario::new().await;
    let (mut stream, calls) = with_wrong_tokens(&server, &[2, 3]);
    assert_eq!(message(&mut stream).await.last_event_id(), "1");
    assert!(is_status(&last_error(&mut stream).await, 401));
    assert_eq!(calls.get(), 3);
    server.no_request_follows(3, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_denial_of_headers_that_stay_the_same_is_final() {
    let server = Scenario::new().await;
    let source = server
        .fetch("/bearer")
        .header("Authorization", "Bearer old");
    let mut stream = source.stream().unwrap();
    assert!(is_status(&last_error(&mut stream).await, 401));
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_policy_that_never_retries_ends_with_the_response() {
    let server = Scenario::new().await;
    let source = server.fetch("/end/2").retry(Retry::never());
    let mut stream = source.stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=2));
    assert_eq!(stream.close_reason(), Some(CloseReason::Ended));
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_function_decides_about_each_failure() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let seen = notes.clone();
    let retry = quick().retry_if(move |failure, attempt| {
        seen.write(format!(
            "{attempt} {:?} {}",
            failure.status(),
            failure.is_transient()
        ));
        failure.status() != Some(410)
    });
    let source = server.fetch("/statuses?codes=404,503,410").retry(retry);
    let mut stream = source.stream().unwrap();
    assert!(is_status(&last_error(&mut stream).await, 410));
    let expected = ["1 Some(404) false", "2 Some(503) true", "3 Some(410) false"];
    assert_eq!(notes.all(), expected);
    server.no_request_follows(3, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_function_that_closes_the_connection_is_not_overruled() {
    let server = Scenario::new().await;
    let handle = Rc::<OnceCell<CloseHandle>>::default();
    let closer = Rc::clone(&handle);
    let retry = quick().retry_if(move |_, _| {
        closer.get().expect("a handle").close();
        true
    });
    let source = server.fetch("/status/503").retry(retry);
    let mut stream = source.stream().unwrap();
    assert!(handle.set(stream.close_handle()).is_ok());
    assert!(next(&mut stream).await.is_none());
    assert_eq!(stream.close_reason(), Some(CloseReason::Called));
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_post_that_is_not_repeated_asks_no_policy() {
    let server = Scenario::new().await;
    let source = server.fetch("/status/503").method("POST").retry(quick());
    let mut stream = source.stream().unwrap();
    assert!(is_status(&last_error(&mut stream).await, 503));
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_refused_response_that_never_ends_is_left_at_the_next_attempt() {
    let server = Scenario::new().await;
    let source = server.fetch("/status/503?hold=true").retry(quick());
    let mut stream = source.stream().unwrap();
    assert!(is_silent(&mut stream));
    server.until("requests=9&aborted=8").await;
    drop(stream);
    server.until("open=0").await;
}
