//! Leaves the page its time while more comes in than can be dealt with.
//!
//! What has been read of a body is delivered in a microtask, and browsers empty all of those before they do
//! anything else. A server that is faster than its reader would leave a page no time to draw, to take a
//! click, or to run a timer, as long as the flood lasts: for seconds in Firefox, which keeps what has not
//! been read. So the reader requests a task when its work begins. When the work has gone on for too long,
//! it waits for that task: when the task comes, the page has had its turn.

use std::{
    cell::Cell,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use crate::sys::{self, Tasks};

/// How long the page may have to wait, in milliseconds: half the time of a frame.
const LONGEST_WORK: f64 = 8.0;

#[derive(Default)]
pub(super) struct Yielder {
    /// The first chunk came behind a task, and is the only one in most streams of tokens.
    begun: bool,
    turn: Rc<Turn>,
    /// Made when it is needed first.
    tasks: Option<Tasks>,
}

/// The task that was requested.
#[derive(Default)]
struct Turn {
    /// When it was requested; `None` when it has come.
    requested: Cell<Option<f64>>,
    waker: Cell<Option<Waker>>,
}

impl Yielder {
    /// Waits, before each piece of work, until the page has had its turn.
    pub async fn before_work(&mut self) {
        if !self.begun {
            self.begun = true;
            return;
        }
        match self.turn.requested.get() {
            None if self.request_task() => self.turn.requested.set(Some(sys::now())),
            Some(requested) if sys::now() - requested > LONGEST_WORK => {
                poll_fn(|cx| self.turn.poll(cx)).await;
            }
            _ => {}
        }
    }

    fn request_task(&mut self) -> bool {
        if self.tasks.is_none() {
            let turn = Rc::clone(&self.turn);
            self.tasks = Tasks::new(move || turn.come());
        }
        self.tasks.as_ref().is_some_and(Tasks::request)
    }
}

impl Turn {
    fn come(&self) {
        self.requested.set(None);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        if self.requested.get().is_none() {
            return Poll::Ready(());
        }
        self.waker.set(Some(cx.waker().clone()));
        Poll::Pending
    }
}
