//! Leaves the page its time while more comes in than can be dealt with.
//!
//! What has been read of a body is there in a microtask, and browsers empty all of those before they
//! do anything else. A server that is faster than its reader would leave a page no time to draw, to
//! take a click, or to run a timer, for as long as the flood lasts: in Firefox, which keeps what nobody
//! has read, for seconds. So a task is asked for when the work begins, and when that has gone on for
//! too long, it is waited for: whoever else has worked meanwhile, when it comes the page had its turn.

use std::{
    cell::Cell,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use crate::sys::{self, Tasks};

/// So long the page may have to wait, in milliseconds: half of a picture's time.
const LONGEST_WORK: f64 = 8.0;

#[derive(Default)]
pub(super) struct Pace {
    /// What is read first came behind a task, and is alone in most streams of tokens.
    begun: bool,
    turn: Rc<Turn>,
    /// Made when it is needed first.
    tasks: Option<Tasks>,
}

/// The task that was asked for.
#[derive(Default)]
struct Turn {
    /// When it was; `None` when it has come.
    asked: Cell<Option<f64>>,
    waker: Cell<Option<Waker>>,
}

impl Pace {
    /// To be awaited before each piece of work.
    pub async fn breathe(&mut self) {
        if !self.begun {
            self.begun = true;
            return;
        }
        match self.turn.asked.get() {
            None if self.ask_for_a_task() => self.turn.asked.set(Some(sys::now())),
            Some(asked) if sys::now() - asked > LONGEST_WORK => {
                poll_fn(|cx| self.turn.poll(cx)).await;
            }
            _ => {}
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
        self.asked.set(None);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        if self.asked.get().is_none() {
            return Poll::Ready(());
        }
        self.waker.set(Some(cx.waker().clone()));
        Poll::Pending
    }
}
