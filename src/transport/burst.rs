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
    cell::{Cell, OnceCell},
    rc::{Rc, Weak},
};

use crate::{session::Session, sys::Tasks};

pub(super) struct Burst {
    session: Weak<Session>,
    /// Asked for at the first message. `None` inside if there are none here: then each message
    /// wakes.
    tasks: OnceCell<Option<Tasks>>,
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
}

impl Burst {
    pub fn new(session: Weak<Session>) -> Rc<Self> {
        Rc::new(Burst {
            session,
            tasks: OnceCell::new(),
            phase: Cell::new(Phase::Calm),
        })
    }

    /// A message is there to be read.
    pub fn message(self: &Rc<Self>, session: &Session) {
        if self.phase.get() != Phase::Calm {
            self.phase.set(Phase::Waiting);
            return;
        }
        let tasks = self.tasks.get_or_init(|| {
            let burst = Rc::downgrade(self);
            Tasks::new(move || {
                if let Some(burst) = burst.upgrade() {
                    burst.task();
                }
            })
        });
        if tasks.as_ref().is_some_and(Tasks::ask) {
            self.phase.set(Phase::Woken);
        }
        session.wake();
    }

    /// The task came.
    fn task(&self) {
        if self.phase.replace(Phase::Calm) == Phase::Waiting
            && let Some(session) = self.session.upgrade()
        {
            session.wake();
        }
    }

    /// No task comes any more.
    pub fn stop(&self) {
        if let Some(Some(tasks)) = self.tasks.get() {
            tasks.stop();
        }
    }
}
