//! What tests observe of a stream and of the browser, each with a deadline.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::RefCell,
    future::Future,
    rc::Rc,
    sync::atomic::{AtomicIsize, Ordering::Relaxed},
};

use futures_util::{
    Stream, StreamExt,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use wasm_eventsource::{
    EventSource, EventStream, Lifecycle, LifecycleStream, Message, ReconnectCause,
};

const DEADLINE: u32 = 20_000;

/// The future's output, or a failed test when it is not there in time.
pub async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    match select(Box::pin(future), TimeoutFuture::new(DEADLINE)).await {
        Either::Left((output, _)) => output,
        Either::Right(_) => panic!("still waiting after {DEADLINE} ms: {what}"),
    }
}

/// Waits until this is so.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    soon(what, async {
        while !is_so() {
            TimeoutFuture::new(5).await;
        }
    })
    .await;
}

pub async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    soon("the next item of a stream", stream.next()).await
}

/// The next message or change of the connection.
pub async fn item(stream: &mut LifecycleStream) -> Lifecycle {
    next(stream)
        .await
        .expect("an item, not the end")
        .expect("an item, not an error")
}

/// The next change, which must be that another attempt follows: its number and cause.
pub async fn lost(stream: &mut LifecycleStream) -> (u32, ReconnectCause) {
    match item(stream).await {
        Lifecycle::Reconnecting { attempt, cause, .. } => (attempt, cause),
        other => panic!("an attempt, not {other:?}"),
    }
}

/// The next item, which is to be a message.
pub async fn message(stream: &mut EventStream) -> Message {
    next(stream)
        .await
        .expect("a message, not the end")
        .expect("a message, not an error")
}

/// All messages to the end of the stream, which is to be reached without an error.
pub async fn messages(stream: &mut EventStream) -> Vec<Message> {
    let mut messages = Vec::new();
    while let Some(message) = next(stream).await {
        messages.push(message.expect("a message, not an error"));
    }
    messages
}

/// The data of all messages to the end.
pub async fn data(stream: &mut EventStream) -> Vec<String> {
    messages(stream)
        .await
        .into_iter()
        .map(|message| message.into_data().into_owned())
        .collect()
}

/// The data of numbered events.
pub fn numbers(range: impl Iterator<Item = u32>) -> Vec<String> {
    range.map(|n| format!(r#"{{"n":{n}}}"#)).collect()
}

/// The data of the server's `/huge/{size}`.
pub fn alphabet(size: usize) -> String {
    let mut text = "abcdefghijklmnopqrstuvwxyz".repeat(size.div_ceil(26));
    text.truncate(size);
    text
}

/// Whether the stream has nothing to say at this moment.
pub fn is_silent<S: Stream + Unpin>(stream: &mut S) -> bool {
    futures_util::FutureExt::now_or_never(stream.next()).is_none()
}

/// Notes, written by callbacks and read by the test.
#[derive(Clone, Default)]
pub struct Notes(Rc<RefCell<Vec<String>>>);

impl Notes {
    pub fn write(&self, note: impl ToString) {
        self.0.borrow_mut().push(note.to_string());
    }

    pub fn all(&self) -> Vec<String> {
        self.0.borrow().clone()
    }

    /// Waits until this was written.
    pub async fn until(&self, note: &str) {
        until(note, || self.0.borrow().iter().any(|known| known == note)).await;
    }
}

/// Notes of the states that a connection goes through.
pub fn noting_states(source: EventSource) -> (EventSource, Notes) {
    let notes = Notes::default();
    let writer = notes.clone();
    (source.on_state(move |state| writer.write(state)), notes)
}

/// How many listeners all `EventSource`s of this page or worker have now: what was added and not
/// removed by the very type and function it was added with.
///
/// The first call begins to count.
pub fn live_listeners() -> f64 {
    js_sys::eval(
        "(() => {
            if (globalThis.liveListeners === undefined) {
                const known = [];
                globalThis.liveListeners = known;
                const { addEventListener, removeEventListener } = EventTarget.prototype;
                const find = (target, type, listener) => known.findIndex((other) =>
                    other[0] === target && other[1] === type && other[2] === listener);
                EventTarget.prototype.addEventListener = function (type, listener, ...rest) {
                    if (this instanceof EventSource && find(this, type, listener) < 0)
                        known.push([this, type, listener]);
                    return addEventListener.call(this, type, listener, ...rest);
                };
                EventTarget.prototype.removeEventListener = function (type, listener, ...rest) {
                    const at = find(this, type, listener);
                    if (at >= 0) known.splice(at, 1);
                    return removeEventListener.call(this, type, listener, ...rest);
                };
            }
            return globalThis.liveListeners.length;
        })()",
    )
    .expect("plain JavaScript")
    .as_f64()
    .expect("a number")
}

/// Keeps an exception that a test throws on purpose from failing the whole page.
pub fn expect_exceptions() {
    js_sys::eval("globalThis.addEventListener('error', (event) => event.preventDefault())")
        .expect("plain JavaScript");
}

/// How many exceptions were reported since the first call.
pub fn reported() -> f64 {
    js_sys::eval(
        "(() => {
            if (globalThis.reportedExceptions === undefined) {
                globalThis.reportedExceptions = 0;
                globalThis.addEventListener('error', () => globalThis.reportedExceptions += 1);
            }
            return globalThis.reportedExceptions;
        })()",
    )
    .expect("plain JavaScript")
    .as_f64()
    .expect("a number")
}

pub fn is_firefox() -> bool {
    js_sys::eval("navigator.userAgent.includes('Firefox')")
        .expect("a navigator")
        .is_truthy()
}

pub fn is_webkit() -> bool {
    js_sys::eval("!/Firefox|Chrome/.test(navigator.userAgent)")
        .expect("a navigator")
        .is_truthy()
}

/// The bytes that the Rust side holds.
pub fn live_bytes() -> isize {
    LIVE.load(Relaxed)
}

/// The size of the wasm memory, in bytes.
pub fn memory_size() -> u32 {
    js_sys::Reflect::get(&wasm_bindgen::memory(), &"buffer".into())
        .map(js_sys::ArrayBuffer::from)
        .expect("a memory has a buffer")
        .byte_length()
}

struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: all is done by the system's allocator; only sizes are added up.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as isize, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Relaxed);
        unsafe { System.dealloc(at, layout) }
    }
}
