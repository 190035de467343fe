//! When a stream's reader is woken for a message.
//!
//! Waking a task is a microtask and a call into wasm: more than all else that is done for a small
//! message. And because the browser empties its microtasks after each listener, a reader that is
//! woken at once is woken for every single message, however many came in one piece.
//!
//! So the first message wakes at once. Those that come before the browser's next task wait for it:
//! browsers dispatch what came in one piece from one task. A lone message is not delayed, and a
//! burst costs two wake-ups a task.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use crate::{session::Session, sys::Tasks};

pub(super) struct Burst {
    session: Weak<Session>,
    /// Made for the first message.
    tasks: RefCell<Option<Tasks>>,
    phase: Cell<Phase>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The next message wakes.
    Calm,
    /// A message has woken, and the task that follows is asked for.
    Woken,
    /// There are messages that wait for that task.
    Waiting,
    /// The connection is closed: no task comes any more, and each message wakes.
    Stopped,
}

impl Burst {
    pub fn new(session: Weak<Session>) -> Rc<Self> {
        Rc::new(Burst {
            session,
            tasks: RefCell::default(),
            phase: Cell::new(Phase::Calm),
        })
    }

    /// A message is there to be read.
    pub fn message(self: &Rc<Self>, session: &Session) {
        match self.phase.get() {
            Phase::Woken | Phase::Waiting => self.phase.set(Phase::Waiting),
            Phase::Stopped => session.wake(),
            Phase::Calm => {
                // First of all, for the rest is JavaScript's and may throw.
                session.wake();
                if self.ask_for_a_task() {
                    self.phase.set(Phase::Woken);
                }
            }
        }
    }

    fn ask_for_a_task(self: &Rc<Self>) -> bool {
        if self.tasks.borrow().is_none() {
            let burst = Rc::downgrade(self);
            let tasks = Tasks::new(move || {
                if let Some(burst) = burst.upgrade() {
                    burst.task();
                }
            });
            self.tasks.replace(tasks);
        }
        self.tasks.borrow().as_ref().is_some_and(Tasks::ask)
    }

    /// The task came.
    fn task(&self) {
        if self.phase.replace(Phase::Calm) == Phase::Waiting
            && let Some(session) = self.session.upgrade()
        {
            session.wake();
        }
    }

    pub fn stop(&self) {
        self.phase.set(Phase::Stopped);
        let tasks = self.tasks.take();
        drop(tasks);
    }
}
