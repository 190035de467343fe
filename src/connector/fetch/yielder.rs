//! Yields to the page while a server sends events faster than the app processes them.
//!
//! Chunks of a body are delivered in microtasks, and browsers run all microtasks before they draw, handle a
//! click, or run a timer. A server that is faster than its reader could block the page for seconds in
//! Firefox, which buffers unread chunks. So the reader requests a task when its work begins. If the work
//! takes too long, the reader waits for that task: by then the page has had its turn.

use std::{
    cell::Cell,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use crate::{
    message::MESSAGE,
    sys::{self, Listener, Tasks},
};

/// The longest work without yielding, in milliseconds: half a frame.
const LONGEST_WORK: f64 = 8.0;

#[derive(Default)]
pub(super) struct Yielder {
    /// Whether the first chunk was read. It arrives in a new task, so it needs no yield.
    begun: bool,
    turn: Rc<Turn>,
    /// Made at its first use.
    tasks: Option<Tasks>,
}

/// The task that was requested.
#[derive(Default)]
struct Turn {
    /// When it was requested; `None` after it has run.
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
            self.tasks =
                Tasks::new(|port| Listener::new(port, MESSAGE.into(), move |_| turn.come()));
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
