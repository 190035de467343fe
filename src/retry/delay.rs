//! The delay before an attempt.

use std::time::Duration;

/// The shortest delay that growth starts from, in milliseconds, so that a server that is down gets pauses
/// even if it set a reconnection time of 0.
const SHORTEST_GROWN: f64 = 100.0;

/// The shortest time between two requests, in milliseconds. It matters for a server that ends its responses
/// at once and sets a reconnection time of 0.
const SHORTEST_ROUND: u64 = 50;

/// The longest delay of a timer, in milliseconds: about 24 days.
pub(super) const LONGEST_TIMER: u32 = i32::MAX as u32;

/// A duration in milliseconds; exact if they are whole.
#[inline]
pub(super) const fn millis(duration: Duration) -> f64 {
    duration.as_secs() as f64 * 1000.0 + duration.subsec_nanos() as f64 / 1e6
}

/// How delays grow and spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Delays {
    /// The reconnection time until the server sets one.
    pub initial: Duration,
    /// At least 1.
    pub factor: f64,
    /// The limit of growth, and of what is added to the server's times.
    pub max: Duration,
    /// From 0 to 1.
    pub jitter: f64,
}

/// The facts that the delay before one attempt depends on. Times are in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pause {
    /// The reconnection time that the server set.
    pub reconnection_time: Option<u64>,
    /// The number of the attempt in this row, from 1.
    pub attempt: u32,
    /// How long the stream was open in the attempt that ended.
    pub open_for: u64,
    /// The delay that the server asked for with this failure.
    pub at_least: u64,
    /// The time since the last request was sent.
    pub since_sent: u64,
    /// From 0 to 1.
    pub chance: f64,
}

impl Delays {
    /// The delay in milliseconds.
    ///
    /// The first attempt of a row waits for the reconnection time, and each further attempt for a multiple of
    /// the delay before, as the standard allows. The time for which the stream was open counts as a part of
    /// that multiple: a server that limits its responses to some seconds is asked again as soon as the
    /// reconnection time has passed, and one that ends them at once is asked ever more seldom.
    ///
    /// The random part is added to the delay. If it were subtracted, clients would come back before the
    /// reconnection time, against the standard and the wish of the server.
    #[inline]
    pub fn delay(&self, pause: Pause) -> u32 {
        let max = millis(self.max);
        // The random part at its largest reaches the limit.
        let limit = max / (1.0 + self.jitter);
        let first = match pause.reconnection_time {
            Some(time) => time as f64,
            None => millis(self.initial).min(limit),
        };
        let factors = pause.attempt.saturating_sub(1).min(1000) as i32;
        let grown = if factors == 0 {
            first
        } else {
            let grown = first.max(SHORTEST_GROWN) * self.factor.powi(factors);
            grown.min(limit.max(first))
        };
        let delay = (grown - pause.open_for as f64).max(first);
        let delay = delay.max(pause.at_least as f64);
        let spread = delay.min(max) * self.jitter * pause.chance.clamp(0.0, 1.0);
        let round = SHORTEST_ROUND.saturating_sub(pause.since_sent) as u32;
        ((delay + spread) as u32).max(round).min(LONGEST_TIMER)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: Delays = Delays {
        initial: Duration::from_secs(3),
        factor: 2.0,
        max: Duration::from_secs(30),
        jitter: 0.0,
    };

    const FIRST: Pause = Pause {
        reconnection_time: None,
        attempt: 1,
        open_for: 0,
        at_least: 0,
        since_sent: u64::MAX,
        chance: 0.0,
    };

    fn attempts(delays: Delays, pause: Pause) -> Vec<u32> {
        (1..=7)
            .map(|attempt| delays.delay(Pause { attempt, ..pause }))
            .collect()
    }

    fn set_by_server(time: u64) -> Pause {
        Pause {
            reconnection_time: Some(time),
            ..FIRST
        }
    }

    #[test]
    fn delays_double_up_to_half_a_minute() {
        assert_eq!(
            attempts(PLAIN, FIRST),
            [3000, 6000, 12_000, 24_000, 30_000, 30_000, 30_000]
        );
        assert_eq!(
            attempts(PLAIN, set_by_server(1000)),
            [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]
        );
    }

    #[test]
    fn delays_with_a_factor_of_1_stay_the_same() {
        let constant = Delays {
            factor: 1.0,
            ..PLAIN
        };
        assert_eq!(attempts(constant, FIRST), [3000; 7]);
    }

    #[test]
    fn a_server_may_set_a_longer_time_than_growth_would_reach() {
        assert_eq!(attempts(PLAIN, set_by_server(120_000)), [120_000; 7]);
        assert_eq!(attempts(PLAIN, set_by_server(u64::MAX)), [LONGEST_TIMER; 7]);
    }

    #[test]
    fn a_server_that_is_down_is_not_asked_without_a_pause_though_it_set_a_time_of_0() {
        assert_eq!(attempts(PLAIN, set_by_server(0))[..4], [0, 200, 400, 800]);
    }

    #[test]
    fn a_server_that_ends_at_once_is_not_asked_without_a_pause() {
        for (since_sent, delay) in [(0, 50), (30, 20), (50, 0), (u64::MAX, 0)] {
            let pause = Pause {
                since_sent,
                ..set_by_server(0)
            };
            assert_eq!(PLAIN.delay(pause), delay);
        }
    }

    #[test]
    fn the_time_for_which_the_stream_was_open_is_a_part_of_the_pause() {
        let delay = |attempt, open_for| {
            PLAIN.delay(Pause {
                attempt,
                open_for,
                ..FIRST
            })
        };
        assert_eq!(delay(4, 0), 24_000);
        assert_eq!(delay(4, 10_000), 14_000);
        assert_eq!(delay(4, 25_000), 3000);
        assert_eq!(delay(1, 25_000), 3000);
    }

    #[test]
    fn chance_adds_up_to_the_jitter_to_every_delay_but_not_more_than_the_longest_one_allows() {
        let spread = Delays {
            jitter: 0.5,
            ..PLAIN
        };
        let with = |chance| attempts(spread, Pause { chance, ..FIRST });
        assert_eq!(with(0.0)[..5], [3000, 6000, 12_000, 20_000, 20_000]);
        assert_eq!(with(0.5)[..5], [3750, 7500, 15_000, 25_000, 25_000]);
        assert_eq!(with(1.0)[..5], [4500, 9000, 18_000, 30_000, 30_000]);
    }

    #[test]
    fn a_pause_that_the_server_asks_for_is_the_least() {
        let spread = Delays {
            jitter: 0.5,
            ..PLAIN
        };
        let asked = |at_least, chance| {
            spread.delay(Pause {
                at_least,
                chance,
                ..FIRST
            })
        };
        assert_eq!(asked(10_000, 0.0), 10_000);
        assert_eq!(asked(10_000, 1.0), 15_000);
        assert_eq!(asked(1000, 0.0), 3000);
        assert_eq!(asked(120_000, 1.0), 135_000);
    }

    #[test]
    fn an_initial_delay_that_is_longer_than_the_longest_one_counts_as_that() {
        let short = Delays {
            max: Duration::from_secs(1),
            ..PLAIN
        };
        assert_eq!(attempts(short, FIRST), [1000; 7]);
    }

    prop_compose! {
        fn any_delays()(
            initial in 0u64..100_000, factor in 1.0..1e300, max in 0u64..100_000, jitter in 0.0..=1.0,
        ) -> Delays {
            let (initial, max) = (Duration::from_millis(initial), Duration::from_millis(max));
            Delays { initial, factor, max, jitter }
        }
    }

    prop_compose! {
        fn any_pause()(
            reconnection_time: Option<u64>, attempt: u32, open_for: u64, at_least: u64,
            since_sent: u64, chance: f64,
        ) -> Pause {
            Pause { reconnection_time, attempt, open_for, at_least, since_sent, chance }
        }
    }

    proptest! {
        #[test]
        fn no_attempt_is_earlier_than_the_server_asked(
            delays in any_delays(), pause in any_pause(),
        ) {
            let delay = u64::from(delays.delay(pause));
            let asked = pause.reconnection_time.unwrap_or(0).max(pause.at_least);
            prop_assert!(delay >= asked.min(LONGEST_TIMER.into()));
            prop_assert!(delay.saturating_add(pause.since_sent) >= SHORTEST_ROUND);
        }

        #[test]
        fn no_delay_is_longer_than_the_longest_unless_the_server_asks_for_it(
            delays in any_delays(), pause in any_pause(),
        ) {
            let pause = Pause { reconnection_time: None, at_least: 0, ..pause };
            let longest = delays.max.as_millis() as u32;
            prop_assert!(delays.delay(pause) <= longest.max(SHORTEST_ROUND as u32));
        }

        #[test]
        fn what_is_added_to_the_times_of_the_server_is_limited(
            delays in any_delays(), pause in any_pause(), time in 0u64..1_000_000,
            at_least in 0u64..1_000_000,
        ) {
            let pause = Pause { reconnection_time: Some(time), at_least, ..pause };
            let longest = delays.max.as_millis() as u64;
            let delay = u64::from(delays.delay(pause));
            prop_assert!(delay <= time.max(at_least).max(longest) + longest.max(SHORTEST_ROUND));
        }

        #[test]
        fn delays_never_shrink_within_a_row(
            delays in any_delays(), pause in any_pause(), attempt in 1u32..100,
        ) {
            let at = |attempt| delays.delay(Pause { attempt, ..pause });
            prop_assert!(at(attempt) <= at(attempt + 1));
        }

        #[test]
        fn chance_never_makes_a_delay_shorter(
            delays in any_delays(), pause in any_pause(), chance in 0.0..=1.0,
        ) {
            let at = |chance| delays.delay(Pause { chance, ..pause });
            prop_assert!(at(0.0) <= at(chance));
        }
    }
}
