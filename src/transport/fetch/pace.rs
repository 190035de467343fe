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

/// What took so long had to be waited for.
const PAUSE: f64 = 2.0;

pub(super) struct Pace {
    /// When the work without a pause began.
    since: f64,
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
        Pace {
            since: Date::now(),
            turn: Rc::default(),
            tasks: None,
        }
    }

    /// Waits for a task of the browser's if it is time.
    pub async fn breathe(&mut self) {
        if Date::now() - self.since > LONGEST_WORK && self.ask_for_a_task() {
            poll_fn(|cx| self.turn.poll(cx)).await;
            self.since = Date::now();
        }
    }

    /// Waits for something of the browser's. Where that takes long the page has its time.
    pub async fn watch<F: Future>(&mut self, future: F) -> F::Output {
        let asked = Date::now();
        let output = future.await;
        let now = Date::now();
        if now - asked >= PAUSE {
            self.since = now;
        }
        output
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
