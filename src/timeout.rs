//! The timeouts: which of them expires, and when. The time is an argument.

use std::{fmt, time::Duration};

/// A timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// The server did not answer the request in time.
    Connect,
    /// The server sent nothing for too long.
    Idle,
    /// The server sent no message for too long, though it may have sent comments.
    Message,
}

impl fmt::Display for TimeoutKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TimeoutKind::Connect => "connect timeout",
            TimeoutKind::Idle => "idle timeout",
            TimeoutKind::Message => "message timeout",
        })
    }
}

/// The time of a tick from which it counts as late, in milliseconds. Browsers delay the timers of hidden pages
/// by 1 s.
const LATE: f64 = 10_000.0;

/// The difference between the two clocks from which the machine counts as having slept, in milliseconds.
const DRIFT: f64 = 2000.0;

/// How long a connection that seems silent after a sleep may still show that it is alive, in milliseconds.
const GRACE: f64 = 2000.0;

/// The longest delay of a timer, in milliseconds.
const LONGEST_TIMER: f64 = i32::MAX as f64;

/// The time on the two clocks of the browser, in milliseconds. Some browsers stop the monotonic clock while
/// the machine sleeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Now {
    pub monotonic: f64,
    pub wall: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A request was sent.
    Sent,
    /// The response began.
    Opened,
    /// Bytes came.
    Bytes,
    /// A message came. The browser's `EventSource` shows nothing else of what comes.
    Message,
    /// Whether data is wanted has changed. At first it is.
    Wanted(bool),
    /// The attempt ended.
    Ended,
    /// The timer fired.
    Tick,
}

/// What follows from an event.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Reading {
    /// The attempt is over: this timeout expired. All clocks have stopped, and the timer is not needed.
    pub expired: Option<TimeoutKind>,
    /// The machine or the page slept since the last event, or was blocked. No timeout expires before the
    /// connection had the time to show that it is alive.
    pub slept: bool,
    /// Set the timer to these milliseconds, in the place of the one before. `None` leaves it as it is.
    pub timer: Option<u32>,
}

/// The clock of one timeout. It counts down while it runs.
#[derive(Debug, Clone, Copy)]
struct Clock {
    /// In milliseconds. Infinite if the timeout is off.
    limit: f64,
    /// In milliseconds.
    left: f64,
}

impl Clock {
    /// A limit of 0 is none.
    fn new(limit: Option<Duration>) -> Self {
        let limit = match limit {
            Some(limit) if !limit.is_zero() => millis(limit),
            _ => f64::INFINITY,
        };
        Clock { limit, left: limit }
    }

    fn restart(&mut self) {
        self.left = self.limit;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Ended,
    Connecting,
    Open,
}

/// The clocks of a connection.
///
/// The clocks of silence run only while data is wanted: a stream that is not read is not silent. They stop
/// then, and go on later.
///
/// A tick that is late, or a wall clock that went on without the monotonic clock, shows that the machine or
/// the page slept. What the server sent meanwhile may still wait in the browser. So a clock that ran out
/// meanwhile gets [`GRACE`], once, and the timeout of messages, which pings do not prove alive, its whole
/// limit.
#[derive(Debug)]
pub(crate) struct Clocks {
    connect: Clock,
    idle: Clock,
    message: Clock,
    phase: Phase,
    wanted: bool,
    /// The time of the last event.
    last: Now,
    /// When the timer fires, by the monotonic clock.
    due: Option<f64>,
    /// Nothing came since the machine slept.
    in_grace: bool,
}

impl Clocks {
    /// `None` or 0 for a timeout that is off.
    pub fn new(
        connect: Option<Duration>,
        idle: Option<Duration>,
        message: Option<Duration>,
        now: Now,
    ) -> Self {
        Clocks {
            connect: Clock::new(connect),
            idle: Clock::new(idle),
            message: Clock::new(message),
            phase: Phase::Ended,
            wanted: true,
            last: now,
            due: None,
            in_grace: false,
        }
    }

    /// Replaces the limit of silence, before the response is [opened](Event::Opened).
    pub fn set_idle(&mut self, limit: Option<Duration>) {
        self.idle = Clock::new(limit);
    }

    pub fn feed(&mut self, now: Now, event: Event) -> Reading {
        let slept = self.advance(now);
        if slept {
            self.spare();
        }
        self.apply(event);
        let expired = self
            .running()
            .find(|(_, clock)| clock.left <= 0.0)
            .map(|(kind, _)| kind);
        if expired.is_some() {
            self.phase = Phase::Ended;
        }
        if self.phase == Phase::Ended {
            self.due = None;
        }
        Reading {
            expired,
            slept,
            timer: self.timer(now),
        }
    }

    /// Counts down the clocks that run, and returns whether the machine or the page slept.
    fn advance(&mut self, now: Now) -> bool {
        let passed = (now.monotonic - self.last.monotonic).max(0.0);
        let drift = now.wall - self.last.wall - passed;
        let is_late = self.due.is_some_and(|due| now.monotonic - due > LATE);
        self.last = now;
        let mut runs = false;
        for (_, clock) in self.running() {
            clock.left -= passed;
            runs = true;
        }
        runs && !self.in_grace && (is_late || drift > DRIFT)
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Sent => {
                self.phase = Phase::Connecting;
                self.connect.restart();
            }
            Event::Opened => {
                self.phase = Phase::Open;
                self.idle.restart();
                self.message.restart();
            }
            Event::Bytes => self.idle.restart(),
            Event::Message => {
                self.idle.restart();
                self.message.restart();
            }
            Event::Wanted(wanted) => self.wanted = wanted,
            Event::Ended => self.phase = Phase::Ended,
            Event::Tick => self.due = None,
        }
        if !matches!(event, Event::Wanted(_) | Event::Tick) {
            self.in_grace = false;
        }
    }

    /// Lets no clock expire that ran out during a sleep.
    fn spare(&mut self) {
        self.in_grace = true;
        for (kind, clock) in self.running() {
            if clock.left <= 0.0 {
                clock.left = match kind {
                    TimeoutKind::Message => clock.limit,
                    _ => clock.limit.min(GRACE),
                };
            }
        }
    }

    /// The clocks that run now, and have a limit.
    fn running(&mut self) -> impl Iterator<Item = (TimeoutKind, &mut Clock)> {
        let (connects, reads) = match self.phase {
            Phase::Ended => (false, false),
            Phase::Connecting => (true, false),
            Phase::Open => (false, self.wanted),
        };
        [
            (connects, TimeoutKind::Connect, &mut self.connect),
            (reads, TimeoutKind::Idle, &mut self.idle),
            (reads, TimeoutKind::Message, &mut self.message),
        ]
        .into_iter()
        .filter(|(runs, _, clock)| *runs && clock.limit.is_finite())
        .map(|(_, kind, clock)| (kind, clock))
    }

    /// The delay of the timer, if it must be set. A timer that fires early enough stays: so a stream of many
    /// messages sets few timers.
    fn timer(&mut self, now: Now) -> Option<u32> {
        let left = self
            .running()
            .map(|(_, clock)| clock.left)
            .min_by(f64::total_cmp)?;
        let is_early = self.due.is_some_and(|due| due <= now.monotonic + left);
        if is_early {
            return None;
        }
        let delay = left.ceil().min(LONGEST_TIMER);
        self.due = Some(now.monotonic + delay);
        Some(delay as u32)
    }
}

/// A duration in milliseconds; exact if they are whole.
#[inline]
pub(crate) const fn millis(duration: Duration) -> f64 {
    duration.as_secs() as f64 * 1000.0 + duration.subsec_nanos() as f64 / 1e6
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
