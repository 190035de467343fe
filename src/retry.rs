//! The retry policy: whether and when another attempt follows. Time and chance are arguments.
//!
//! [`Retry`] is the builder that the program uses. `failure.rs` has what failed, `policy.rs` the decision
//! about it, `delay.rs` the delay, and `retry_after.rs` the pause that a server asks for.

use std::{fmt, rc::Rc, time::Duration};

use crate::sys;
use policy::{Fixed, Preset, Row, Rules, Settings, is_transient_status};

mod delay;
mod failure;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod herd;
mod policy;
mod retry_after;

pub use failure::Failure;
pub(crate) use policy::{Decision, Moment, Policy};
pub(crate) use retry_after::retry_after;

/// The retry policy: whether and when the stream reconnects.
///
/// | what happened | [`standard`](Self::standard) | [`default`](Self::default) | [`resilient`](Self::resilient) |
/// |---|---|---|---|
/// | the network failed, the response ended | retries | retries | retries |
/// | status 408, 425, 429, 502, 503 or 504 | ends | retries once the stream was open | retries |
/// | status 500 | ends | ends | retries |
/// | status 401 or 403, and each attempt has new credentials | ends | retries once, at once | retries once, at once |
/// | any other status, another content type, a blocked request | ends | ends | ends |
/// | the page may not read the response (CORS) | ends if it happens twice in a row | the same; retries once the stream was open | as `default` |
///
/// [`never`](Self::never) ends the stream in each case, [`statuses`](Self::statuses) changes the list of
/// statuses, and [`retry_if`](Self::retry_if) decides in the program. A response with the status 204 ends the
/// stream under every policy, as the standard has it.
///
/// ```
/// use std::time::Duration;
/// use wasm_eventsource::{ReconnectCause, Retry};
///
/// let patient = Retry::resilient().max_attempts(20).max_delay(Duration::from_secs(120));
/// let picky = Retry::default().retry_if(|failure, attempt| {
///     failure.is_transient() || (failure.cause() == ReconnectCause::ContentType && attempt <= 3)
/// });
/// ```
///
/// # Delays
///
/// The first attempt waits for the reconnection time: the server's `retry:`, or the [initial
/// delay](Self::initial_delay) of 3 s. Each further attempt multiplies the delay by the
/// [factor](Self::factor), 2, up to the [longest](Self::max_delay), 30 s. Every delay, the first one too, is
/// [spread](Self::jitter): it takes up to twice as long by chance, so the first takes 3 to 6 s. A server that
/// answers with `Retry-After` is not asked earlier: see [`max_retry_after`](Self::max_retry_after).
///
/// The count of attempts begins anew when the stream has been open for [60 s](Self::healthy_after). A server
/// that answers 200 and ends the response at once is therefore asked ever more seldom. The time for which the
/// stream was open counts as a part of the delay, so a server that limits its responses to half a minute is
/// asked again after the reconnection time.
///
/// # A server that restarts
///
/// It drops all its clients in one moment. The table shows a simulation of the delays alone: 1,000,000
/// clients, an outage of 60 s, and then a server that accepts 20,000 clients in each second and refuses the
/// rest.
///
/// | delays | most requests in one second | the same after the outage | refused requests | all are back after |
/// |---|---|---|---|---|
/// | always 3 s, `Retry::standard()` | 1,000,000 | 1,000,000 | 43,500,000 | 148 s |
/// | doubled up to 30 s, not spread | 1,000,000 | 1,000,000 | 28,500,000 | 1,486 s |
/// | `Retry::default()` | 334,556 | 51,526 | 4,395,679 | 73 s |
#[derive(Clone)]
#[must_use = "a policy has no effect until it is given to an event source"]
pub struct Retry {
    settings: Settings,
    /// `None` for those of the preset.
    statuses: Option<Rc<[u16]>>,
    choose: Option<Rc<Choose>>,
}

/// Decides about a failure and the number of the attempt that would follow.
type Choose = dyn Fn(&Failure, u32) -> bool;

impl Retry {
    fn preset(preset: Preset) -> Self {
        let settings = Settings {
            preset,
            ..Settings::DEFAULT
        };
        Retry {
            settings,
            statuses: None,
            choose: None,
        }
    }

    /// The [standard] to the letter: the stream reconnects after network losses and ends of the response,
    /// each time after the reconnection time, which neither grows nor is spread. Every other failure ends the
    /// stream.
    ///
    /// [standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
    pub fn standard() -> Self {
        Retry::preset(Preset::Standard).factor(1.0).jitter(0.0)
    }

    /// Retries failures that may pass from the first attempt on, not only once the stream was open, and the
    /// status 500 as well: for pages that stay open for hours while servers are deployed. A wrong URL that a
    /// proxy answers with one of these statuses is then no failure: set [`max_attempts`](Self::max_attempts)
    /// or watch the state.
    pub fn resilient() -> Self {
        Retry::preset(Preset::Resilient)
    }

    /// No attempt follows: the first failure or end of the response ends the stream.
    pub fn never() -> Self {
        Retry::preset(Preset::Never)
    }

    /// Replaces the list of statuses that may pass. [`resilient`](Self::resilient) retries them from the
    /// first attempt on, [`default`](Self::default) once the stream was open, the others do not retry
    /// statuses.
    pub fn statuses(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.statuses = Some(statuses.into_iter().collect());
        self
    }

    /// Calls this function after each failure to decide whether another attempt follows. Its second argument
    /// is the number of that attempt in the row, from 1. [`Failure::is_transient`] is the decision without
    /// the function. It replaces a function that was set before.
    ///
    /// It is not called when a server denies the credentials for the first time and each attempt has new
    /// ones. A function that throws a JavaScript exception leaves the decision as it is without it.
    ///
    /// The function is freed with the last handle of the connection. So it must not own a handle (a
    /// [`Connection`](crate::Connection) or a stream), or neither is ever freed. It may own a
    /// [`CloseHandle`](crate::CloseHandle).
    pub fn retry_if(mut self, choose: impl Fn(&Failure, u32) -> bool + 'static) -> Self {
        self.choose = Some(Rc::new(choose));
        self
    }

    /// Ends the stream when this many attempts to reconnect in a row have failed. By default there is no
    /// limit. With 0 the first failure ends the stream.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.settings.max_attempts = Some(attempts);
        self
    }

    /// The delay before the first attempt to reconnect, until the server sets one by `retry:`. The default is
    /// 3 s. A delay that is longer than [`max_delay`](Self::max_delay) counts as that.
    pub fn initial_delay(mut self, delay: Duration) -> Self {
        self.settings.delays.initial = delay;
        self
    }

    /// The factor by which each delay of a row is longer than the one before. The default is 2. With 1, which
    /// smaller numbers count as, delays do not grow.
    pub fn factor(mut self, factor: f64) -> Self {
        // NaN counts as 1, too.
        self.settings.delays.factor = factor.max(1.0);
        self
    }

    /// The longest delay, with its random part. The default is 30 s. The server may set a longer one by
    /// `retry:` or `Retry-After`; then the random part is at most this duration times the
    /// [jitter](Self::jitter).
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.settings.delays.max = delay;
        self
    }

    /// The largest random part that is added to a delay, as a fraction of it: with 0.5 a delay of 3 s takes 3
    /// to 4.5 s, and with the default, 1, it takes 3 to 6 s. Numbers below 0 count as 0, without a random
    /// part, and numbers above 1 as 1.
    pub fn jitter(mut self, jitter: f64) -> Self {
        // NaN counts as 0.
        self.settings.delays.jitter = if jitter > 0.0 { jitter.min(1.0) } else { 0.0 };
        self
    }

    /// How long the stream must be open until the count of attempts begins anew. The default is 60 s. With 0,
    /// every stream that opens begins a new row.
    pub fn healthy_after(mut self, span: Duration) -> Self {
        self.settings.healthy_after = span;
        self
    }

    /// The longest pause that a server can ask for with the header `Retry-After`. The default is 5 min; with
    /// 0 the header has no effect.
    pub fn max_retry_after(mut self, pause: Duration) -> Self {
        self.settings.max_retry_after = pause;
        self
    }

    /// The decision with this policy, for one connection.
    pub(crate) fn into_policy(self) -> Box<dyn Policy> {
        Box::new(Row::new(self))
    }
}

/// The decision with [`Retry::default`], for one connection. It links less than a [`Retry`].
pub(crate) fn default_policy() -> Box<dyn Policy> {
    Box::new(Row::new(Fixed))
}

impl Default for Retry {
    /// The policy of a connection over `fetch()` for which none is set.
    fn default() -> Self {
        Retry::preset(Preset::Default)
    }
}

impl Rules for Retry {
    fn settings(&self) -> Settings {
        self.settings
    }

    fn lists(&self, status: u16) -> bool {
        match &self.statuses {
            Some(statuses) => statuses.contains(&status),
            None => {
                is_transient_status(status)
                    || (status == 500 && self.settings.preset == Preset::Resilient)
            }
        }
    }

    fn chooses(&self, failure: &Failure, attempt: u32) -> bool {
        let mut chosen = failure.is_transient();
        if let Some(choose) = &self.choose {
            sys::guarded(|| chosen = choose(failure, attempt));
        }
        chosen
    }
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings {
            preset,
            delays,
            max_attempts,
            healthy_after,
            max_retry_after,
        } = &self.settings;
        f.debug_struct("Retry")
            .field("preset", preset)
            .field("statuses", &self.statuses)
            .field("retry_if", &self.choose.is_some())
            .field("max_attempts", max_attempts)
            .field("initial_delay", &delays.initial)
            .field("factor", &delays.factor)
            .field("max_delay", &delays.max)
            .field("jitter", &delays.jitter)
            .field("healthy_after", healthy_after)
            .field("max_retry_after", max_retry_after)
            .finish()
    }
}
