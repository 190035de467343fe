//! When the readers of a native connection are woken for a message.
//!
//! Waking a task costs a microtask and a call into wasm: more than the rest of the work for a small message.
//! Browsers run microtasks after each listener, so a reader that is woken at once is woken for every message
//! of a burst.
//!
//! So the first message wakes the reader at once, and messages before the browser's next task wait for that
//! task: browsers dispatch a burst from one task. A single message is not delayed, and a burst costs two
//! wake-ups per task.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use crate::{session::Session, sys::Tasks};

pub(super) struct WakeThrottle {
    session: Weak<Session>,
    /// Made for the first message.
    tasks: RefCell<Option<Tasks>>,
    phase: Cell<Phase>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The next message wakes.
    Calm,
    /// A message has woken, and a task is requested.
    Woken,
    /// Messages wait for that task.
    Waiting,
    /// The connection is closed, and each message wakes.
    Stopped,
}

impl WakeThrottle {
    pub fn new(session: Weak<Session>) -> Rc<Self> {
        Rc::new(WakeThrottle {
            session,
            tasks: RefCell::default(),
            phase: Cell::new(Phase::Calm),
        })
    }

    /// Whether the requested task wakes the readers for this message.
    pub fn defers(self: &Rc<Self>) -> bool {
        match self.phase.get() {
            Phase::Woken | Phase::Waiting => {
                self.phase.set(Phase::Waiting);
                true
            }
            Phase::Stopped => false,
            Phase::Calm => {
                if self.request_task() {
                    self.phase.set(Phase::Woken);
                }
                false
            }
        }
    }

    fn request_task(self: &Rc<Self>) -> bool {
        if self.tasks.borrow().is_none() {
            let throttle = Rc::downgrade(self);
            let tasks = Tasks::new(move || {
                if let Some(throttle) = throttle.upgrade() {
                    throttle.task();
                }
            });
            self.tasks.replace(tasks);
        }
        self.tasks.borrow().as_ref().is_some_and(Tasks::request)
    }

    /// Called by the requested task.
    fn task(&self) {
        if self.phase.replace(Phase::Calm) == Phase::Waiting
            && let Some(session) = self.session.upgrade()
        {
            session.wake_readers();
        }
    }

    pub fn stop(&self) {
        self.phase.set(Phase::Stopped);
        let tasks = self.tasks.take();
        drop(tasks);
    }
}
