//! What the supervisor uses until it asks a `Policy`.

/// The [reconnection time] in milliseconds until the server sets it, as in Chromium and WebKit.
///
/// [reconnection time]: https://html.spec.whatwg.org/multipage/server-sent-events.html#concept-event-stream-reconnection-time
pub(crate) const RECONNECTION_TIME: u64 = 3000;

/// The longest delay that growth reaches, in milliseconds. A server may set a longer reconnection time.
const LONGEST: u64 = 30_000;

/// The shortest delay that growth starts from, in milliseconds, so that a server that is down gets pauses
/// even if it set a reconnection time of 0.
const SHORTEST_GROWN: u64 = 100;

/// The shortest time between two requests, in milliseconds. It matters for a server that ends its responses
/// at once and sets a reconnection time of 0.
const SHORTEST_ROUND: u64 = 50;

/// The longest delay of a timer, in milliseconds: about 24 days.
const LONGEST_TIMER: u64 = i32::MAX as u64;

/// The delay before this attempt, in milliseconds. `since_sent` is the time since the last request.
///
/// The first attempt after a loss waits for the reconnection time, as the standard requires. Each further
/// attempt doubles the delay, as the standard allows, less a random part of up to a quarter, so that the
/// clients of a restarted server do not all reconnect at once. `chance` is from 0 to 1.
pub(crate) fn delay(reconnection_time: u64, attempt: u32, since_sent: u64, chance: f64) -> u32 {
    let doublings = attempt.saturating_sub(1);
    let delay = if doublings == 0 {
        reconnection_time
    } else {
        let first = reconnection_time.max(SHORTEST_GROWN);
        let grown = first.saturating_mul(1u64.checked_shl(doublings).unwrap_or(u64::MAX));
        let grown = grown.min(LONGEST.max(first));
        let spread = (grown as f64 * 0.25 * chance.clamp(0.0, 1.0)) as u64;
        (grown - spread).max(first)
    };
    let round = SHORTEST_ROUND.saturating_sub(since_sent);
    delay.clamp(round, LONGEST_TIMER) as u32
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Longer than any delay.
    const LONG: u64 = u64::MAX;

    #[test]
    fn a_server_that_ends_at_once_is_not_asked_without_a_pause() {
        assert_eq!(delay(0, 1, 0, 0.0), 50);
        assert_eq!(delay(0, 1, 30, 0.0), 20);
        assert_eq!(delay(0, 1, 50, 0.0), 0);
        assert_eq!(delay(70, 1, 0, 0.0), 70);
    }

    #[test]
    fn the_first_attempt_comes_after_just_the_reconnection_time() {
        for time in [0, 1, 50, 3000, 120_000] {
            assert_eq!(u64::from(delay(time, 1, LONG, 0.7)), time);
        }
    }

    #[test]
    fn further_attempts_take_twice_as_long_up_to_half_a_minute() {
        let delays: Vec<u32> = (1..=7)
            .map(|attempt| delay(1000, attempt, LONG, 0.0))
            .collect();
        assert_eq!(delays, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    }

    #[test]
    fn a_server_that_is_down_is_not_asked_without_a_pause_though_it_asked_for_none() {
        assert_eq!(delay(0, 1, LONG, 0.0), 0);
        assert_eq!(delay(0, 2, LONG, 0.0), 200);
        assert_eq!(delay(0, 3, LONG, 0.0), 400);
    }

    #[test]
    fn chance_takes_up_to_a_quarter() {
        assert_eq!(delay(1000, 3, LONG, 1.0), 3000);
        assert_eq!(delay(1000, 3, LONG, 0.5), 3500);
    }

    #[test]
    fn a_server_may_ask_for_more_than_growth_would_give() {
        assert_eq!(delay(120_000, 1, LONG, 1.0), 120_000);
        assert_eq!(delay(120_000, 9, LONG, 1.0), 120_000);
        assert_eq!(delay(u64::MAX, 1, LONG, 0.0), i32::MAX as u32);
    }

    proptest! {
        #[test]
        fn no_attempt_is_earlier_than_the_server_asked_nor_later_than_a_timer_can_be(
            time: u64, attempt: u32, since: u64, chance: f64,
        ) {
            let delay = u64::from(delay(time, attempt, since, chance));
            prop_assert!(delay >= time.min(LONGEST_TIMER));
            prop_assert!(delay <= LONGEST_TIMER);
            prop_assert!(delay <= time.max(LONGEST));
        }
    }
}
