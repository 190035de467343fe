//! Leaves the page its time while more comes in than can be dealt with.
//!
//! What has been read of a body is there in a microtask, and browsers empty all of those before they
//! do anything else. A server that is faster than its reader would leave a page no time to draw, to
//! take a click, or to run a timer, for as long as the flood lasts: in Firefox, which keeps what nobody
//! has read, for seconds. So after a while of work without a pause the next read waits for a task of
//! the browser's.

use std::{
    cell::Cell,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use js_sys::Date;

use crate::sys::Tasks;

/// So long the page may have to wait, in milliseconds: half of a picture's time.
const LONGEST_WORK: f64 = 8.0;

/// A read that took so long had to wait, and the page had its time.
const PAUSE: f64 = 2.0;

pub(super) struct Pace {
    /// When the work without a pause began.
    since: f64,
    asked: f64,
    turn: Rc<Turn>,
    /// Made when it is needed first.
    tasks: Option<Tasks>,
}

/// The task that is waited for.
#[derive(Default)]
struct Turn {
    came: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

impl Pace {
    pub fn new() -> Self {
        let now = Date::now();
        Pace {
            since: now,
            asked: now,
            turn: Rc::default(),
            tasks: None,
        }
    }

    /// To be awaited before a read.
    pub async fn before_read(&mut self) {
        let mut now = Date::now();
        if now - self.since > LONGEST_WORK && self.ask_for_a_task() {
            poll_fn(|cx| self.turn.poll(cx)).await;
            now = Date::now();
            self.since = now;
        }
        self.asked = now;
    }

    /// To be told when a read is done.
    pub fn after_read(&mut self) {
        let now = Date::now();
        if now - self.asked >= PAUSE {
            self.since = now;
        }
    }

    fn ask_for_a_task(&mut self) -> bool {
        if self.tasks.is_none() {
            let turn = Rc::clone(&self.turn);
            self.tasks = Tasks::new(move || turn.come());
        }
        self.tasks.as_ref().is_some_and(Tasks::ask)
    }
}

impl Turn {
    fn come(&self) {
        self.came.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        if self.came.take() {
            return Poll::Ready(());
        }
        self.waker.set(Some(cx.waker().clone()));
        Poll::Pending
    }
}
