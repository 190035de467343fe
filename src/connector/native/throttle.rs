//! When the readers of a native connection are woken for a message.
//!
//! Waking a task costs a microtask and a call into wasm: more than the rest of the work for a small message.
//! Browsers run microtasks after each listener, so a reader that is woken at once is woken for every message
//! of a burst.
//!
//! So the first message wakes the reader at once, and messages before the browser's next task wait for that
//! task: browsers dispatch a burst from one task. A single message is not delayed, and a burst costs two
//! wake-ups per task.

use std::cell::{Cell, RefCell};

use crate::sys::Tasks;

#[derive(Default)]
pub(super) struct WakeThrottle {
    /// Made for the first message.
    tasks: RefCell<Option<Tasks>>,
    phase: Cell<Phase>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    /// The next message wakes.
    #[default]
    Calm,
    /// A message has woken, and a task is requested.
    Woken,
    /// Messages wait for that task.
    Waiting,
    /// The connection is closed, and each message wakes.
    Stopped,
}

impl WakeThrottle {
    /// Whether the requested task wakes the readers for this message.
    pub fn defers(&self, new_tasks: impl FnOnce() -> Option<Tasks>) -> bool {
        match self.phase.get() {
            Phase::Woken | Phase::Waiting => {
                self.phase.set(Phase::Waiting);
                true
            }
            Phase::Stopped => false,
            Phase::Calm => {
                let mut tasks = self.tasks.borrow_mut();
                if tasks.is_none() {
                    *tasks = new_tasks();
                }
                if tasks.as_ref().is_some_and(Tasks::request) {
                    self.phase.set(Phase::Woken);
                }
                false
            }
        }
    }

    /// The requested task has come. Returns whether to wake readers.
    pub fn task(&self) -> bool {
        self.phase.replace(Phase::Calm) == Phase::Waiting
    }

    pub fn stop(&self) {
        self.phase.set(Phase::Stopped);
        let tasks = self.tasks.take();
        drop(tasks);
    }
}
