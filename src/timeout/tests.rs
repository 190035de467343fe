use proptest::{collection::vec, option, prelude::*};

use super::*;
use Event::*;

/// The clocks, and a browser that fires the timer. Times are in milliseconds.
struct Page {
    clocks: Clocks,
    now: Now,
    timer: Option<f64>,
    slept: bool,
    /// The timeout that expired, and the time since the start.
    expired: Option<(TimeoutKind, f64)>,
    timers: u32,
}

const START: Now = Now {
    monotonic: 500.0,
    wall: 1e12,
};

fn seconds(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

impl Now {
    fn plus(self, millis: f64) -> Self {
        Now {
            monotonic: self.monotonic + millis,
            wall: self.wall + millis,
        }
    }
}

impl Page {
    fn new(connect: Option<Duration>, idle: Option<Duration>, message: Option<Duration>) -> Self {
        Page {
            clocks: Clocks::new(connect, idle, message, START),
            now: START,
            timer: None,
            slept: false,
            expired: None,
            timers: 0,
        }
    }

    /// A page with an open stream.
    fn open(idle: Option<Duration>, message: Option<Duration>) -> Self {
        let mut page = Page::new(None, idle, message);
        page.feed(Sent);
        page.feed(Opened);
        page
    }

    fn feed(&mut self, event: Event) {
        if self.expired.is_some() {
            return;
        }
        let reading = self.clocks.feed(self.now, event);
        self.slept |= reading.slept;
        if let Some(kind) = reading.expired {
            self.expired = Some((kind, self.now.monotonic - START.monotonic));
            assert_eq!(reading.timer, None);
        }
        if let Some(delay) = reading.timer {
            self.timer = Some(self.now.monotonic + f64::from(delay));
            self.timers += 1;
        }
    }

    /// Time passes, and the timer fires when it is due.
    fn wait(&mut self, millis: u64) {
        let until = self.now.plus(millis as f64);
        while let Some(due) = self.timer.filter(|due| *due <= until.monotonic) {
            self.now = self.now.plus((due - self.now.monotonic).max(0.0));
            self.timer = None;
            self.feed(Tick);
        }
        self.now = until;
    }

    /// The machine sleeps. Nothing runs meanwhile.
    fn sleep(&mut self, millis: u64, monotonic_stops: bool) {
        self.now.wall += millis as f64;
        if !monotonic_stops {
            self.now.monotonic += millis as f64;
        }
    }

    fn expired(&self) -> Option<(TimeoutKind, f64)> {
        self.expired
    }
}

#[test]
fn without_limits_no_timer_is_set() {
    let mut page = Page::new(None, Some(Duration::ZERO), None);
    for event in [Sent, Opened, Bytes, Message, Wanted(false), Wanted(true)] {
        page.feed(event);
        page.wait(1_000_000);
    }
    assert_eq!((page.timers, page.slept, page.expired()), (0, false, None));
}

#[test]
fn a_request_without_an_answer_expires() {
    let mut page = Page::new(seconds(5), seconds(1), seconds(1));
    page.feed(Sent);
    page.feed(Wanted(false));
    page.wait(60_000);
    assert_eq!(page.expired(), Some((TimeoutKind::Connect, 5000.0)));
}

#[test]
fn an_answer_stops_the_clock_of_the_request() {
    let mut page = Page::new(seconds(5), None, None);
    page.feed(Sent);
    page.wait(4999);
    page.feed(Opened);
    page.wait(60_000);
    assert_eq!(page.expired(), None);
    page.feed(Ended);
    page.feed(Sent);
    page.wait(60_000);
    assert_eq!(page.expired(), Some((TimeoutKind::Connect, 69_999.0)));
}

#[test]
fn silence_expires_and_each_byte_begins_it_anew() {
    let mut page = Page::open(seconds(10), None);
    for _ in 0..5 {
        page.wait(9000);
        page.feed(Bytes);
    }
    assert_eq!(page.expired(), None);
    page.wait(60_000);
    assert_eq!(page.expired(), Some((TimeoutKind::Idle, 55_000.0)));
}

#[test]
fn pings_do_not_replace_messages() {
    let mut page = Page::open(seconds(10), seconds(30));
    for _ in 0..10 {
        page.feed(Bytes);
        page.wait(5000);
    }
    assert_eq!(page.expired(), Some((TimeoutKind::Message, 30_000.0)));
}

#[test]
fn messages_keep_a_stream_alive_where_nothing_else_is_seen() {
    let mut page = Page::open(seconds(10), seconds(10));
    for _ in 0..10 {
        page.wait(9999);
        page.feed(Message);
    }
    assert_eq!(page.expired(), None);
}

#[test]
fn a_stream_that_is_not_read_is_not_silent() {
    let mut page = Page::open(seconds(10), seconds(10));
    page.wait(4000);
    page.feed(Wanted(false));
    page.wait(100_000);
    assert_eq!(page.expired(), None);
    page.feed(Wanted(true));
    page.wait(5999);
    assert_eq!(page.expired(), None);
    page.wait(1);
    assert_eq!(page.expired(), Some((TimeoutKind::Idle, 110_000.0)));
}

#[test]
fn the_limit_of_silence_can_come_with_the_response() {
    let mut page = Page::new(None, None, None);
    page.feed(Sent);
    page.clocks.set_idle(seconds(3));
    page.feed(Opened);
    page.wait(10_000);
    assert_eq!(page.expired(), Some((TimeoutKind::Idle, 3000.0)));
}

#[test]
fn many_messages_set_few_timers() {
    let mut page = Page::open(seconds(10), seconds(20));
    for _ in 0..100_000 {
        page.wait(1);
        page.feed(Message);
    }
    assert!(page.timers <= 11, "{}", page.timers);
}

#[test]
fn a_machine_that_slept_is_not_taken_for_silence_while_bytes_still_wait() {
    for monotonic_stops in [false, true] {
        let mut page = Page::open(seconds(10), None);
        page.wait(9000);
        page.sleep(3_600_000, monotonic_stops);
        page.wait(1999);
        assert_eq!((page.slept, page.expired()), (true, None));
        page.feed(Bytes);
        page.wait(9000);
        assert_eq!(page.expired(), None);
    }
}

#[test]
fn after_a_sleep_messages_have_their_whole_time() {
    let mut page = Page::open(None, seconds(10));
    page.wait(9000);
    page.sleep(3_600_000, false);
    page.wait(9999);
    assert_eq!((page.slept, page.expired()), (true, None));
    page.wait(1);
    assert_eq!(page.expired(), Some((TimeoutKind::Message, 3_619_000.0)));
}

#[test]
fn a_connection_that_stays_silent_after_a_sleep_expires_soon() {
    let mut page = Page::open(seconds(30), None);
    page.wait(9000);
    page.sleep(3_600_000, false);
    page.wait(60_000);
    let (kind, at) = page.expired().unwrap();
    assert_eq!((page.slept, kind), (true, TimeoutKind::Idle));
    assert_eq!(at, 9000.0 + 3_600_000.0 + 2000.0);
}

#[test]
fn a_page_whose_timers_are_all_late_still_sees_silence() {
    let mut page = Page::open(seconds(30), None);
    page.now = page.now.plus(70_000.0);
    page.feed(Tick);
    assert_eq!((page.slept, page.expired()), (true, None));
    page.now = page.now.plus(60_000.0);
    page.feed(Tick);
    assert_eq!(page.expired(), Some((TimeoutKind::Idle, 130_000.0)));
}

#[test]
fn a_clock_that_is_set_back_is_no_sleep() {
    let mut page = Page::open(seconds(10), None);
    page.now.wall -= 3_600_000.0;
    page.wait(20_000);
    assert!(!page.slept);
    assert_eq!(page.expired(), Some((TimeoutKind::Idle, 10_000.0)));
}

#[test]
fn limits_may_be_of_any_length() {
    let mut page = Page::open(Some(Duration::MAX), Some(Duration::from_nanos(1)));
    page.wait(1);
    assert_eq!(page.expired(), Some((TimeoutKind::Message, 1.0)));
    let mut page = Page::open(Some(Duration::MAX), None);
    page.wait(100 * 86_400_000);
    assert_eq!((page.slept, page.expired()), (false, None));
}

// Against clocks that are read in each millisecond.

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Sent),
        Just(Opened),
        Just(Bytes),
        Just(Message),
        any::<bool>().prop_map(Wanted),
        Just(Ended),
        Just(Tick),
    ]
}

fn any_limit() -> impl Strategy<Value = Option<Duration>> {
    option::of((1u64..60).prop_map(Duration::from_millis))
}

/// Which timeout expires, and after how many milliseconds: counts each of them.
fn count(
    [connect, idle, message]: [Option<Duration>; 3],
    steps: &[(u64, Event)],
) -> Option<(TimeoutKind, f64)> {
    let limit = |limit: Option<Duration>| limit.map_or(u128::MAX, |limit| limit.as_millis());
    let (mut connecting, mut silent, mut without_message) = (0, 0, 0);
    let (mut connects, mut is_open, mut wanted) = (false, false, true);
    let mut time = 0.0;
    for (wait, event) in steps {
        for _ in 0..*wait {
            time += 1.0;
            connecting += u128::from(connects);
            silent += u128::from(is_open && wanted);
            without_message += u128::from(is_open && wanted);
            if connects && connecting >= limit(connect) {
                return Some((TimeoutKind::Connect, time));
            }
            if is_open && wanted && silent >= limit(idle) {
                return Some((TimeoutKind::Idle, time));
            }
            if is_open && wanted && without_message >= limit(message) {
                return Some((TimeoutKind::Message, time));
            }
        }
        match event {
            Sent => (connects, is_open, connecting) = (true, false, 0),
            Opened => (connects, is_open, silent, without_message) = (false, true, 0, 0),
            Bytes => silent = 0,
            Message => (silent, without_message) = (0, 0),
            Wanted(now) => wanted = *now,
            Ended => (connects, is_open) = (false, false),
            Tick => {}
        }
    }
    None
}

proptest! {
    #[test]
    fn timeouts_expire_when_the_counted_milliseconds_reach_the_limit(
        limits in [any_limit(), any_limit(), any_limit()],
        steps in vec((0u64..40, any_event()), 1..60),
    ) {
        let [connect, idle, message] = limits;
        let mut page = Page::new(connect, idle, message);
        for (wait, event) in &steps {
            page.wait(*wait);
            page.feed(*event);
        }
        prop_assert!(!page.slept);
        prop_assert_eq!(page.expired(), count(limits, &steps));
    }

    #[test]
    fn no_timeout_expires_at_the_end_of_a_sleep_and_bytes_prevent_it(
        idle in 3000u64..60_000, awake in 0u64..60_000, asleep in 80_000u64..10_000_000,
        monotonic_stops: bool, late in 0u64..1999,
    ) {
        let mut page = Page::open(Some(Duration::from_millis(idle)), None);
        page.wait(awake % idle);
        page.sleep(asleep, monotonic_stops);
        page.wait(0);
        prop_assert_eq!(page.expired(), None);
        page.wait(late);
        prop_assert_eq!(page.expired(), None);
        page.feed(Bytes);
        prop_assert!(page.slept);
        page.wait(idle - 1);
        prop_assert_eq!(page.expired(), None);
        page.wait(1);
        let (kind, _) = page.expired().unwrap();
        prop_assert_eq!(kind, TimeoutKind::Idle);
    }

    #[test]
    fn clocks_of_any_kind_never_make_it_panic(
        events in vec((any::<f64>(), any::<f64>(), any_event()), 0..50),
    ) {
        let limit = Some(Duration::from_millis(10));
        let mut clocks = Clocks::new(limit, limit, limit, START);
        for (monotonic, wall, event) in events {
            clocks.feed(Now { monotonic, wall }, event);
        }
    }
}
