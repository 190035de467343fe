//! The decision after each attempt: whether and when another one follows.
//!
//! The code is generic over the [`Rules`]. An app that sets no policy links the decision with the constants of
//! [`Fixed`] only.

use std::{mem, time::Duration};

use super::{
    delay::{Delays, LONGEST_TIMER, Pause, millis},
    failure::Failure,
};
use crate::state::ReconnectCause;

/// What the supervisor asks after each attempt.
pub(crate) trait Policy {
    /// Decides whether and when another attempt follows, and notes in the failure whether it is transient.
    fn decide(&mut self, failure: &mut Failure, moment: Moment) -> Decision;
}

/// The facts of the moment of a decision that the failure does not have. Times are in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// The time of a monotonic clock.
    pub now: f64,
    /// The reconnection time, if the server set it.
    pub reconnection_time: Option<u64>,
    /// The time since the last request was sent.
    pub since_sent: u64,
    /// From 0 to 1.
    pub chance: f64,
    /// Whether each attempt has new credentials: its headers or its URL are computed.
    pub renews_credentials: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Decision {
    /// Another attempt follows.
    Retry {
        /// The number of the attempt in this row, from 1.
        attempt: u32,
        /// In milliseconds.
        delay: u32,
    },
    /// The failure is final.
    Final,
    /// The failure may pass, but the attempts are used up.
    Exhausted {
        /// The number of attempts in this row.
        attempts: u32,
        /// The milliseconds since the first failure of this row.
        elapsed: u64,
    },
}

/// Which failures pass, as far as presets differ. Each includes the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Preset {
    /// None.
    Never,
    /// Network losses and ends of the response.
    Standard,
    /// Once the stream was open: listed statuses, and responses that the page may not read.
    Default,
    /// The same before the stream was open, but for responses that the page may not read.
    Resilient,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settings {
    pub preset: Preset,
    pub delays: Delays,
    pub max_attempts: Option<u32>,
    pub healthy_after: Duration,
    pub max_retry_after: Duration,
}

impl Settings {
    /// The settings of a [`Retry::default`](super::Retry::default).
    pub const DEFAULT: Settings = Settings {
        preset: Preset::Default,
        delays: Delays {
            initial: Duration::from_secs(3),
            factor: 2.0,
            max: Duration::from_secs(30),
            jitter: 1.0,
        },
        max_attempts: None,
        healthy_after: Duration::from_secs(60),
        max_retry_after: Duration::from_secs(300),
    };
}

/// What a policy consists of.
pub(super) trait Rules {
    fn settings(&self) -> Settings;

    /// Whether the status of a response may pass.
    fn lists(&self, status: u16) -> bool;

    /// Whether this attempt is made. The failure knows whether it is transient.
    fn chooses(&self, failure: &Failure, attempt: u32) -> bool {
        let _ = attempt;
        failure.is_transient()
    }
}

/// The rules of [`Retry::default`](super::Retry::default), as constants.
pub(super) struct Fixed;

impl Rules for Fixed {
    #[inline(always)]
    fn settings(&self) -> Settings {
        Settings::DEFAULT
    }

    #[inline]
    fn lists(&self, status: u16) -> bool {
        is_transient_status(status)
    }
}

/// Statuses that tell of a server or proxy that is busy or restarts.
#[inline]
pub(super) fn is_transient_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 502 | 503 | 504)
}

/// The row of attempts since the stream was last healthy, and the decision about the next one.
pub(super) struct Row<R> {
    rules: R,
    /// The number of attempts in this row.
    attempts: u32,
    /// The time of the first failure of this row.
    since: f64,
    /// Whether the failure before was a response that the page may not read.
    doubted: bool,
    /// Whether the failure before was a denial.
    denied: bool,
}

impl<R> Row<R> {
    pub fn new(rules: R) -> Self {
        Row {
            rules,
            attempts: 0,
            since: 0.0,
            doubted: false,
            denied: false,
        }
    }
}

impl<R: Rules> Policy for Row<R> {
    fn decide(&mut self, failure: &mut Failure, moment: Moment) -> Decision {
        let settings = self.rules.settings();
        let was_healthy = failure.open_for().is_some()
            && failure.millis_open() as f64 >= millis(settings.healthy_after);
        if was_healthy {
            self.attempts = 0;
        }
        if self.attempts == 0 {
            self.since = moment.now;
        }
        // The first denial asks for new credentials, and a second in a row denies those.
        let is_denied = failure.is_denied();
        let denied_before = mem::replace(&mut self.denied, is_denied);
        let renews = is_denied
            && !denied_before
            && moment.renews_credentials
            && settings.preset >= Preset::Default;
        let is_transient = renews || self.is_transient(failure, settings.preset);
        failure.set_transient(is_transient);
        let attempt = self.attempts.saturating_add(1);
        if !renews && !self.rules.chooses(failure, attempt) {
            return Decision::Final;
        }
        match settings.max_attempts {
            Some(0) => return Decision::Final,
            Some(max) if attempt > max => {
                return Decision::Exhausted {
                    attempts: self.attempts,
                    elapsed: (moment.now - self.since) as u64,
                };
            }
            _ => {}
        }
        self.attempts = attempt;
        let delay = if renews {
            0
        } else {
            let longest = millis(settings.max_retry_after).min(LONGEST_TIMER.into()) as u64;
            settings.delays.delay(Pause {
                reconnection_time: moment.reconnection_time,
                attempt,
                open_for: failure.millis_open(),
                at_least: failure.millis_to_wait().min(longest),
                since_sent: moment.since_sent,
                chance: moment.chance,
            })
        };
        Decision::Retry { attempt, delay }
    }
}

impl<R: Rules> Row<R> {
    fn is_transient(&mut self, failure: &Failure, preset: Preset) -> bool {
        let trusted = match preset {
            Preset::Never | Preset::Standard => false,
            Preset::Default => failure.was_open(),
            Preset::Resilient => true,
        };
        // A server that restarts behind a proxy looks like one that does not allow this page to read. Before
        // the stream was ever open, only the next attempt can tell them apart.
        let doubtful = failure.cause() == ReconnectCause::Cors
            && (preset < Preset::Default || !failure.was_open());
        let doubted_before = mem::replace(&mut self.doubted, doubtful);
        match failure.cause() {
            _ if preset == Preset::Never => false,
            ReconnectCause::Ended | ReconnectCause::Disconnected | ReconnectCause::Unreachable => {
                true
            }
            ReconnectCause::Cors => !(doubtful && doubted_before),
            ReconnectCause::Status(status) => trusted && self.rules.lists(status),
            ReconnectCause::ContentType | ReconnectCause::Blocked | ReconnectCause::Headers => {
                false
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
