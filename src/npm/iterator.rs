//! What `for await` talks to.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use futures_util::StreamExt;
use js_sys::Promise;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::{Event, stream_error, to_js};
use crate::EventStream;

/// Its type in TypeScript is the standard `AsyncIterableIterator`.
#[wasm_bindgen(skip_typescript)]
pub struct EventStreamIterator {
    reading: Rc<Reading>,
    finished: Rc<Cell<bool>>,
}

impl EventStreamIterator {
    pub(super) fn new(reading: &Rc<Reading>) -> Self {
        EventStreamIterator {
            reading: Rc::clone(reading),
            finished: Rc::default(),
        }
    }
}

#[wasm_bindgen]
impl EventStreamIterator {
    pub fn next(&self) -> Promise {
        if self.finished.get() {
            return Promise::resolve(&to_js(&Step::done()));
        }
        let (reading, turn) = (Rc::clone(&self.reading), self.reading.turns.take());
        future_to_promise(async move {
            poll_fn(|cx| reading.turns.poll(turn, cx.waker())).await;
            let item = poll_fn(|cx| reading.stream.borrow_mut().poll_next_unpin(cx)).await;
            reading.turns.pass();
            match item {
                Some(Ok(message)) => Ok(to_js(&Step {
                    done: false,
                    value: Some(message.into()),
                })),
                Some(Err(error)) => {
                    // A loop that is left by an exception does not call `return`.
                    reading.stream.borrow().close_handle().close();
                    Err(stream_error(&error))
                }
                None => Ok(to_js(&Step::done())),
            }
        })
    }

    /// A loop was left: the connection is closed, and this iterator has nothing more to give.
    #[wasm_bindgen(js_name = return)]
    pub fn finish(&self, value: JsValue) -> Promise {
        self.finished.set(true);
        self.reading.stream.borrow().close();
        let step = to_js(&Step::done());
        // Two properties of an object made here: setting them cannot fail.
        let _ = js_sys::Reflect::set(&step, &"value".into(), &value);
        Promise::resolve(&step)
    }

    #[wasm_bindgen(js_name = "[Symbol.asyncIterator]")]
    pub fn async_iterator(&self) -> EventStreamIterator {
        let (reading, finished) = (Rc::clone(&self.reading), Rc::clone(&self.finished));
        EventStreamIterator { reading, finished }
    }
}

/// The stream and those who wait for its next item.
pub(super) struct Reading {
    pub stream: RefCell<EventStream>,
    turns: Turns,
}

impl Reading {
    pub fn new(stream: EventStream) -> Self {
        Reading {
            stream: RefCell::new(stream),
            turns: Turns::default(),
        }
    }
}

/// JavaScript may call `next` again before the last call is answered. A stream knows one waiter, so
/// the calls take turns, in their order.
#[derive(Default)]
struct Turns {
    taken: Cell<u64>,
    passed: Cell<u64>,
    waiting: RefCell<BTreeMap<u64, Waker>>,
}

impl Turns {
    fn take(&self) -> u64 {
        let turn = self.taken.get();
        self.taken.set(turn + 1);
        turn
    }

    fn poll(&self, turn: u64, waker: &Waker) -> Poll<()> {
        if turn == self.passed.get() {
            return Poll::Ready(());
        }
        self.waiting.borrow_mut().insert(turn, waker.clone());
        Poll::Pending
    }

    fn pass(&self) {
        let next = self.passed.get() + 1;
        self.passed.set(next);
        let waker = self.waiting.borrow_mut().remove(&next);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// What JavaScript calls an `IteratorResult`.
#[derive(Serialize)]
struct Step {
    done: bool,
    value: Option<Event>,
}

impl Step {
    fn done() -> Self {
        Step {
            done: true,
            value: None,
        }
    }
}
