//! Leaves the page its time while more comes in than can be dealt with.
//!
//! What has been read of a body is there in a microtask, and browsers empty all of those before they
//! do anything else. A server that is faster than its reader would leave a page no time to draw, to
//! take a click, or to run a timer, for as long as the flood lasts: in Firefox, which keeps what nobody
//! has read, for seconds. So after a while of work without a pause the next read waits for a task of
//! the browser's.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use js_sys::Date;

use crate::sys::Tasks;

/// So long the page may have to wait, in milliseconds: half of a picture's time.
const LONGEST_WORK: f64 = 8.0;

/// A read that took so long had to wait, and the page had its time.
const PAUSE: f64 = 2.0;

#[derive(Default)]
pub(super) struct Pace {
    /// When the work without a pause began.
    since: Cell<f64>,
    asked: Cell<f64>,
    turn: Rc<Turn>,
    tasks: RefCell<Option<Tasks>>,
}

/// The task that is waited for.
#[derive(Default)]
struct Turn {
    came: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

impl Pace {
    /// To be awaited before a read.
    pub async fn before_read(&self) {
        let now = Date::now();
        if now - self.since.get() > LONGEST_WORK && self.ask_for_a_task() {
            poll_fn(|cx| {
                if self.turn.came.replace(false) {
                    return Poll::Ready(());
                }
                self.turn.waker.set(Some(cx.waker().clone()));
                Poll::Pending
            })
            .await;
            self.since.set(Date::now());
        }
        self.asked.set(Date::now());
    }

    /// To be told when a read is done.
    pub fn after_read(&self) {
        let now = Date::now();
        if now - self.asked.get() >= PAUSE {
            self.since.set(now);
        }
    }

    fn ask_for_a_task(&self) -> bool {
        let mut tasks = self.tasks.borrow_mut();
        if tasks.is_none() {
            let turn = Rc::clone(&self.turn);
            *tasks = Tasks::new(move || {
                turn.came.set(true);
                if let Some(waker) = turn.waker.take() {
                    waker.wake();
                }
            });
        }
        tasks.as_ref().is_some_and(Tasks::ask)
    }
}
