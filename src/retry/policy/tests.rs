use std::{cell::RefCell, rc::Rc};

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;
use crate::retry::Retry;
use ReconnectCause::*;

const MOMENT: Moment = Moment {
    now: 0.0,
    reconnection_time: Some(1000),
    since_sent: u64::MAX,
    chance: 0.0,
    renews_credentials: false,
};

const LISTED: [u16; 6] = [408, 425, 429, 502, 503, 504];

fn first(cause: ReconnectCause) -> Failure {
    Failure::new(cause, None)
}

fn later(cause: ReconnectCause) -> Failure {
    first(cause).after_open()
}

fn ended_after(seconds: u64) -> Failure {
    first(Ended).with_open_for(seconds * 1000)
}

fn decisions(retry: Retry, failures: impl IntoIterator<Item = Failure>) -> Vec<Decision> {
    decisions_at(MOMENT, retry, failures)
}

fn decisions_at(
    moment: Moment,
    retry: Retry,
    failures: impl IntoIterator<Item = Failure>,
) -> Vec<Decision> {
    let mut policy = retry.into_policy();
    failures
        .into_iter()
        .map(|mut failure| policy.decide(&mut failure, moment))
        .collect()
}

fn retries(retry: Retry, failure: Failure) -> bool {
    decisions(retry, [failure]) != [Decision::Final]
}

fn after(attempt: u32, delay: u32) -> Decision {
    Decision::Retry { attempt, delay }
}

/// Without a random part in the way.
fn growing() -> Retry {
    Retry::default().jitter(0.0)
}

#[test]
fn every_policy_but_never_retries_losses_and_ends() {
    for cause in [Ended, Disconnected, Unreachable] {
        for failure in [first(cause), later(cause)] {
            assert!(retries(Retry::standard(), failure.clone()), "{cause:?}");
            assert!(retries(Retry::default(), failure.clone()), "{cause:?}");
            assert!(retries(Retry::resilient(), failure.clone()), "{cause:?}");
            assert!(!retries(Retry::never(), failure), "{cause:?}");
        }
    }
}

#[test]
fn statuses_of_a_busy_server_pass_by_default_once_the_stream_was_open() {
    for status in LISTED {
        assert!(!retries(Retry::default(), first(Status(status))));
        assert!(retries(Retry::default(), later(Status(status))));
        assert!(retries(Retry::resilient(), first(Status(status))));
        assert!(retries(Retry::resilient(), later(Status(status))));
        assert!(!retries(Retry::standard(), later(Status(status))));
    }
    assert!(!retries(Retry::default(), later(Status(500))));
    assert!(retries(Retry::resilient(), first(Status(500))));
    for status in [0, 201, 301, 400, 401, 403, 404, 410, 501, 505] {
        assert!(!retries(Retry::resilient(), later(Status(status))));
    }
}

#[test]
fn the_list_of_statuses_can_be_replaced() {
    let retry = || Retry::default().statuses([404, 503]);
    assert!(retries(retry(), later(Status(404))));
    assert!(retries(retry(), later(Status(503))));
    assert!(!retries(retry(), later(Status(502))));
    assert!(!retries(retry(), first(Status(404))));
    assert!(retries(
        Retry::resilient().statuses([404]),
        first(Status(404))
    ));
    assert!(!retries(
        Retry::resilient().statuses([404]),
        first(Status(500))
    ));
    assert!(!retries(
        Retry::standard().statuses([404]),
        later(Status(404))
    ));
}

#[test]
fn what_no_attempt_can_change_is_final() {
    for cause in [ContentType, Blocked, Headers] {
        assert!(!retries(Retry::resilient(), later(cause)));
    }
}

#[test]
fn a_response_that_the_page_may_not_read_is_believed_when_it_comes_twice_in_a_row() {
    for retry in [Retry::standard(), Retry::default(), Retry::resilient()] {
        let twice = decisions(retry.clone(), [first(Cors), first(Cors)]);
        assert!(matches!(
            twice[..],
            [Decision::Retry { .. }, Decision::Final]
        ));
        let between = [first(Cors), first(Unreachable), first(Cors), first(Cors)];
        let last = decisions(retry, between);
        assert_eq!(
            last.iter().position(|last| *last == Decision::Final),
            Some(3)
        );
    }
}

#[test]
fn such_a_response_passes_once_the_stream_was_open() {
    let many = || vec![later(Cors); 20];
    assert!(!decisions(Retry::default(), many()).contains(&Decision::Final));
    assert!(!decisions(Retry::resilient(), many()).contains(&Decision::Final));
    assert_eq!(decisions(Retry::standard(), many())[1], Decision::Final);
}

#[test]
fn a_server_that_ends_at_once_gets_longer_pauses() {
    let ends = vec![ended_after(0); 6];
    let delays = [1000, 2000, 4000, 8000, 16_000, 30_000];
    let expected: Vec<_> = (1..)
        .zip(delays)
        .map(|(n, delay)| after(n, delay))
        .collect();
    assert_eq!(decisions(growing(), ends), expected);
}

#[test]
fn the_count_begins_anew_after_a_healthy_span() {
    let ends = [
        ended_after(0),
        ended_after(59),
        ended_after(60),
        ended_after(0),
    ];
    let expected = [
        after(1, 1000),
        after(2, 1000),
        after(1, 1000),
        after(2, 2000),
    ];
    assert_eq!(decisions(growing(), ends), expected);
    let short = growing().healthy_after(Duration::ZERO);
    assert_eq!(
        decisions(short, [ended_after(0), ended_after(0)]),
        [after(1, 1000); 2]
    );
    // An attempt that did not open the stream is not healthy.
    let short = growing().healthy_after(Duration::ZERO);
    let failures = [ended_after(0), later(Unreachable), later(Unreachable)];
    let expected = [after(1, 1000), after(2, 2000), after(3, 4000)];
    assert_eq!(decisions(short, failures), expected);
}

#[test]
fn standard_waits_for_the_reconnection_time_and_nothing_else() {
    let mut failures = vec![ended_after(0); 10];
    failures.extend(vec![later(Unreachable); 10]);
    let moment = Moment {
        chance: 0.9,
        ..MOMENT
    };
    for (n, decision) in (1..).zip(decisions_at(moment, Retry::standard(), failures)) {
        assert_eq!(decision, after(n, 1000));
    }
}

#[test]
fn the_default_spreads_the_first_delay_too() {
    let first_delay = |chance| {
        let moment = Moment { chance, ..MOMENT };
        decisions_at(moment, Retry::default(), [ended_after(0)])[0]
    };
    assert_eq!(first_delay(0.0), after(1, 1000));
    assert_eq!(first_delay(0.5), after(1, 1500));
    assert_eq!(first_delay(1.0), after(1, 2000));
}

#[test]
fn retry_after_is_the_least_delay_up_to_a_limit() {
    let busy = |seconds: u64| later(Status(503)).with_retry_after(Some(seconds * 1000));
    let delay = |retry, seconds| decisions(retry, [busy(seconds)])[0];
    assert_eq!(delay(growing(), 20), after(1, 20_000));
    assert_eq!(delay(growing(), 0), after(1, 1000));
    assert_eq!(delay(growing(), 86_400), after(1, 300_000));
    let limited = growing().max_retry_after(Duration::from_secs(7));
    assert_eq!(delay(limited, 20), after(1, 7000));
    let ignored = growing().max_retry_after(Duration::ZERO);
    assert_eq!(delay(ignored, 20), after(1, 1000));
}

#[test]
fn the_first_denial_leads_to_one_attempt_at_once_if_credentials_are_new() {
    let moment = Moment {
        renews_credentials: true,
        ..MOMENT
    };
    for status in [401, 403] {
        for (retry, renewed) in [
            (Retry::default(), true),
            (Retry::resilient(), true),
            (Retry::standard(), false),
            (Retry::never(), false),
        ] {
            let denied = [first(Status(status)), first(Status(status))];
            let decided = decisions_at(moment, retry.clone(), denied.clone());
            let expected = [after(1, 0), Decision::Final];
            assert_eq!(decided[0] == expected[0], renewed, "{retry:?}");
            assert_eq!(decided[1], Decision::Final);
            assert_eq!(decisions(retry, denied), [Decision::Final; 2]);
        }
    }
    let between = [first(Status(401)), later(Disconnected), later(Status(403))];
    let expected = [after(1, 0), after(2, 2000), after(3, 0)];
    assert_eq!(decisions_at(moment, growing(), between), expected);
}

#[test]
fn attempts_can_be_limited_and_the_end_says_how_many_there_were_and_for_how_long() {
    let mut policy = Retry::default().max_attempts(2).into_policy();
    let mut decide = |now, mut failure| policy.decide(&mut failure, Moment { now, ..MOMENT });
    let retried = |decision| matches!(decision, Decision::Retry { .. });
    assert!(retried(decide(100.0, later(Unreachable))));
    assert!(retried(decide(5000.0, ended_after(60))));
    assert!(retried(decide(6000.0, later(Unreachable))));
    assert_eq!(
        decide(9000.0, later(Unreachable)),
        Decision::Exhausted {
            attempts: 2,
            elapsed: 4000
        }
    );
    let none = Retry::resilient().max_attempts(0);
    assert_eq!(decisions(none, [later(Unreachable)]), [Decision::Final]);
}

#[test]
fn a_function_decides_and_sees_the_decision_without_it() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let sees = Rc::clone(&seen);
    let retry = Retry::default().retry_if(move |failure, attempt| {
        sees.borrow_mut()
            .push((failure.status(), failure.is_transient(), attempt));
        failure.status() == Some(418) && attempt < 3
    });
    let teapot = later(Status(418));
    let failures = [teapot.clone(), teapot.clone(), teapot, later(Status(503))];
    let decided = decisions(retry, failures);
    assert!(matches!(decided[1], Decision::Retry { attempt: 2, .. }));
    assert_eq!(decided[2..], [Decision::Final; 2]);
    let expected = [
        (Some(418), false, 1),
        (Some(418), false, 2),
        (Some(418), false, 3),
        (Some(503), true, 3),
    ];
    assert_eq!(*seen.borrow(), expected);
    let all = Retry::never().retry_if(|_, _| true);
    assert!(retries(all, first(Status(404))));
}

#[test]
fn a_function_that_throws_leaves_the_decision_as_it_is() {
    let retry = Retry::default().retry_if(|_, _| panic!("thrown by a test"));
    assert!(retries(retry.clone(), later(Status(503))));
    assert!(!retries(retry, later(Status(404))));
}

#[test]
fn arguments_that_make_no_sense_make_no_delay_shorter_than_the_reconnection_time() {
    for number in [f64::NAN, f64::NEG_INFINITY, -1.0, 0.0, f64::INFINITY] {
        let retry = growing().factor(number).jitter(number);
        let decided = decisions(retry, vec![later(Unreachable); 50]);
        for decision in decided {
            assert!(
                matches!(
                    decision,
                    Decision::Retry {
                        delay: 1000..=30_000,
                        ..
                    }
                ),
                "{number}: {decision:?}"
            );
        }
    }
    let longest = Retry::resilient()
        .initial_delay(Duration::MAX)
        .max_delay(Duration::MAX)
        .healthy_after(Duration::MAX)
        .max_retry_after(Duration::MAX);
    let moment = Moment {
        reconnection_time: None,
        ..MOMENT
    };
    let asked = later(Status(503)).with_retry_after(Some(u64::MAX));
    assert_eq!(
        decisions_at(moment, longest, [asked]),
        [after(1, LONGEST_TIMER)]
    );
}

#[test]
fn a_policy_can_be_printed() {
    let retry = Retry::resilient().statuses([503]).max_attempts(3);
    let printed = format!("{retry:?}");
    for part in ["Resilient", "Some([503])", "max_attempts: Some(3)", "30s"] {
        assert!(printed.contains(part), "{printed}");
    }
}

// The decision of a connection without a policy, and of the presets, against the words of the table in the
// documentation.

fn any_failure() -> impl Strategy<Value = Failure> {
    let cause = prop_oneof![
        Just(Ended),
        Just(Disconnected),
        Just(Unreachable),
        select(vec![401, 403, 404, 408, 425, 429, 500, 502, 503, 504]).prop_map(Status),
        Just(Cors),
        Just(ContentType),
        Just(Blocked),
        Just(Headers),
    ];
    let open_for = option::of(0u64..100_000);
    (cause, any::<bool>(), open_for, option::of(0u64..400_000)).prop_map(
        |(cause, was_open, open_for, retry_after)| {
            let failure = Failure::new(cause, None).with_retry_after(retry_after);
            match open_for {
                Some(millis) => failure.with_open_for(millis),
                None if was_open => failure.after_open(),
                None => failure,
            }
        },
    )
}

fn any_moment() -> impl Strategy<Value = Moment> {
    (
        0.0..1e9,
        option::of(0u64..200_000),
        0u64..100_000,
        0.0..=1.0,
        any::<bool>(),
    )
        .prop_map(
            |(now, reconnection_time, since_sent, chance, renews_credentials)| Moment {
                now,
                reconnection_time,
                since_sent,
                chance,
                renews_credentials,
            },
        )
}

fn any_history() -> impl Strategy<Value = Vec<(Failure, Moment)>> {
    vec((any_failure(), any_moment()), 1..40)
}

/// The column of the table, line by line. `before` are the failures before this one.
fn retried_by_the_table(
    column: &str,
    before: &[(Failure, Moment)],
    failure: &Failure,
    moment: Moment,
) -> bool {
    let failed_before = before.last().map(|(failure, _)| failure);
    match (failure.cause(), column) {
        (Ended | Disconnected | Unreachable, _) => true,
        (Status(408 | 425 | 429 | 502 | 503 | 504), "default") => failure.was_open(),
        (Status(408 | 425 | 429 | 500 | 502 | 503 | 504), column) => column == "resilient",
        (Status(401 | 403), "default" | "resilient") => {
            let denied = |failure: &Failure| matches!(failure.status(), Some(401 | 403));
            moment.renews_credentials && !failed_before.is_some_and(denied)
        }
        (Cors, "default" | "resilient") if failure.was_open() => true,
        (Cors, _) => !failed_before.is_some_and(|failed| {
            let passed = failed.was_open() && column != "standard";
            failed.cause() == Cors && !passed
        }),
        _ => false,
    }
}

proptest! {
    #[test]
    fn presets_retry_what_the_table_says(history in any_history()) {
        for (column, retry) in [
            ("standard", Retry::standard()),
            ("default", Retry::default()),
            ("resilient", Retry::resilient()),
        ] {
            let mut policy = retry.into_policy();
            for (at, (failure, moment)) in history.iter().enumerate() {
                let decision = policy.decide(&mut failure.clone(), *moment);
                let retried = matches!(decision, Decision::Retry { .. });
                let expected = retried_by_the_table(column, &history[..at], failure, *moment);
                prop_assert_eq!(retried, expected, "{} {:?}", column, failure);
            }
        }
    }

    #[test]
    fn the_constants_decide_as_the_default_does(history in any_history()) {
        let mut constants = Row::new(Fixed);
        let mut configured = Retry::default().into_policy();
        for (failure, moment) in history {
            let (mut one, mut other) = (failure.clone(), failure);
            prop_assert_eq!(
                constants.decide(&mut one, moment),
                configured.decide(&mut other, moment)
            );
            prop_assert_eq!(one, other);
        }
    }

    #[test]
    fn attempts_are_counted_from_the_last_healthy_span(history in any_history()) {
        let mut policy = Retry::resilient().into_policy();
        let mut count = 0;
        for (mut failure, moment) in history {
            let healthy = failure.open_for() >= Some(Duration::from_secs(60));
            if let Decision::Retry { attempt, delay } = policy.decide(&mut failure, moment) {
                count = if healthy { 1 } else { count + 1 };
                prop_assert_eq!(attempt, count);
                let asked = failure.retry_after().unwrap_or_default().min(Duration::from_secs(300));
                if !failure.is_denied() {
                    prop_assert!(u128::from(delay) >= asked.as_millis());
                }
            } else if healthy {
                count = 0;
            }
        }
    }

    #[test]
    fn no_more_attempts_are_made_in_a_row_than_allowed(
        history in any_history(), max in 0u32..10,
    ) {
        let mut policy = Retry::resilient().max_attempts(max).into_policy();
        for (mut failure, moment) in history {
            match policy.decide(&mut failure, moment) {
                Decision::Retry { attempt, .. } => prop_assert!(attempt <= max),
                Decision::Exhausted { attempts, .. } => {
                    prop_assert!(attempts == max && max > 0 && failure.is_transient());
                }
                Decision::Final => {}
            }
        }
    }
}
