//! The wasm of the npm package: [`Source`], which its JavaScript (the folder `js`) wraps in the class
//! `EventStream`. It reads options, and turns messages, states and errors into JavaScript values; the crate
//! makes all decisions.

#![forbid(unsafe_code)]

use std::{
    cell::RefCell,
    future::poll_fn,
    mem,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use wasm_eventsource::{CloseReason, Connection, Error, EventStream, Frame, Listener, State};

mod batch;
mod error;
// Tests, which are debug builds, may count memory with another allocator.
#[cfg(all(target_arch = "wasm32", not(debug_assertions)))]
mod memory;
mod options;
mod text;

use batch::{Batch, is_large};
use error::{ends_the_stream, new_error, open_error};
use options::{Events, Options};
use text::LastText;

#[wasm_bindgen]
extern "C" {
    /// The other side, in `receiver.js`. While it takes in pulled items, it runs no code of the program.
    pub type Receiver;

    /// Pulled items: a batch of events, an error of some events, the failure of the stream. Returns whether
    /// to pull more.
    #[wasm_bindgen(method)]
    fn events(this: &Receiver, names: &str, data: &str, lengths: &[u32], origin: &str) -> bool;

    #[wasm_bindgen(method)]
    fn problem(this: &Receiver, error: &JsValue) -> bool;

    #[wasm_bindgen(method)]
    fn failed(this: &Receiver, error: &JsValue);

    #[wasm_bindgen(method)]
    fn end(this: &Receiver);

    /// An event that has listeners. If `iterated`, the event is pulled as well.
    #[wasm_bindgen(method)]
    fn heard(
        this: &Receiver,
        event_type: &JsValue,
        data: &str,
        last_event_id: &JsValue,
        origin: &JsValue,
        iterated: bool,
    );

    /// The stream has a new state.
    #[wasm_bindgen(method)]
    fn state(this: &Receiver, state: u32);

    #[wasm_bindgen(method, js_name = newReason)]
    fn new_reason(this: &Receiver, kind: &str, event: &JsValue, error: &JsValue) -> JsValue;

    #[wasm_bindgen(method, js_name = newEvent)]
    fn new_event(
        this: &Receiver,
        event_type: &str,
        data: &str,
        last_event_id: &str,
        origin: &str,
    ) -> JsValue;

    #[wasm_bindgen(method, js_name = newError)]
    fn new_error(
        this: &Receiver,
        kind: &str,
        message: &str,
        status: Option<u16>,
        cause: &JsValue,
        dropped: Option<f64>,
    ) -> JsValue;
}

/// Whether the wasm has the transport over `fetch()`. Throws until the wasm is loaded.
#[wasm_bindgen(js_name = canFetch)]
pub fn can_fetch() -> bool {
    cfg!(feature = "fetch")
}

/// A stream in wasm. Freeing it closes the stream.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Source(Rc<Pump>);

struct Pump {
    /// Until the source is freed.
    connection: RefCell<Option<Connection>>,
    /// Set while events are kept for an iteration.
    stream: RefCell<Option<EventStream>>,
    events: Events,
    batch: RefCell<Batch>,
    receiver: Rc<Receiver>,
    /// The event names with listeners.
    listeners: RefCell<Vec<(String, Listener)>>,
    texts: Texts,
}

/// Texts that most events of a stream share.
#[derive(Default)]
struct Texts {
    event_type: LastText,
    last_event_id: LastText,
    origin: LastText,
}

#[wasm_bindgen]
impl Source {
    /// Opens the stream, unless its signal is aborted.
    #[wasm_bindgen(constructor)]
    pub fn new(url: String, options: &Options, receiver: Receiver) -> Result<Source, JsValue> {
        let receiver = Rc::new(receiver);
        let observer = Rc::clone(&receiver);
        let stream = options
            .source(url)
            .on_state(move |state| observer.state(number(state)))
            .stream()
            .map_err(|error| open_error(&error))?;
        Ok(Source(Rc::new(Pump {
            connection: RefCell::new(Some(stream.connection().clone())),
            stream: RefCell::new(Some(stream)),
            events: options.events(),
            batch: RefCell::default(),
            receiver,
            listeners: RefCell::default(),
            texts: Texts::default(),
        })))
    }

    /// The last event ID.
    #[wasm_bindgen(getter, js_name = lastEventId)]
    pub fn last_event_id(&self) -> String {
        self.with(Connection::last_event_id)
    }

    /// The number of the state.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> u32 {
        self.with(|connection| number(&connection.state()))
    }

    /// Why the stream is closed; `undefined` until then.
    #[wasm_bindgen(getter, js_name = closeReason)]
    pub fn close_reason(&self) -> JsValue {
        let reason = self.with(Connection::close_reason);
        reason.map_or(JsValue::UNDEFINED, |reason| self.0.reason(&reason))
    }

    /// The newest response.
    #[cfg(feature = "fetch")]
    #[wasm_bindgen(getter)]
    pub fn response(&self) -> Option<web_sys::Response> {
        self.with(Connection::response)
    }

    /// Closes the connection for good. Earlier events can still be pulled.
    pub fn close(&self) {
        let connection = self.0.connection.borrow().clone();
        if let Some(connection) = connection {
            connection.close();
        }
    }

    /// Passes waiting and later items to the receiver, until the receiver has enough or the stream has ended.
    pub fn pull(&self) {
        let mut now = Context::from_waker(Waker::noop());
        if self.0.poll_pull(&mut now).is_pending() {
            let pump = Rc::clone(&self.0);
            spawn_local(poll_fn(move |cx| pump.poll_pull(cx)));
        }
    }

    /// Sets whether events are kept for an iteration, or go to listeners only. With `false`, the receiver
    /// first takes the kept events.
    pub fn keep(&self, keep: bool) -> Result<(), JsValue> {
        if !keep {
            let mut now = Context::from_waker(Waker::noop());
            let _ = self.0.poll_pull(&mut now);
            let unwanted = self.0.stream.take();
            drop(unwanted);
            return Ok(());
        }
        let connection = self.0.connection.borrow().clone();
        if let Some(connection) = connection {
            let stream = self.0.events.subscribe(&connection);
            let stream = stream.map_err(|error| open_error(&error))?;
            self.0.stream.replace(Some(stream));
        }
        Ok(())
    }

    /// Calls the receiver with each event of this name when it arrives. Throws a `TypeError` for a name that
    /// no event can have.
    pub fn listen(&self, event_type: String) -> Result<(), JsValue> {
        let pump = Rc::downgrade(&self.0);
        let hear = move |frame: &Frame<'_>| {
            if let Some(pump) = pump.upgrade() {
                pump.hear(frame);
            }
        };
        let listener = self.with(|connection| connection.on_frame(&*event_type, hear));
        let listener = listener.map_err(|error| open_error(&error))?;
        self.0.listeners.borrow_mut().push((event_type, listener));
        Ok(())
    }

    /// Stops [`listen`](Self::listen).
    pub fn unlisten(&self, event_type: &str) {
        let mut listeners = self.0.listeners.borrow_mut();
        let at = listeners.iter().position(|(name, _)| name == event_type);
        let removed = at.map(|at| listeners.swap_remove(at));
        drop(listeners);
        drop(removed);
    }
}

impl Source {
    /// Reads the connection, which exists until the source is dropped.
    fn with<T>(&self, look: impl FnOnce(&Connection) -> T) -> T {
        let connection = self.0.connection.borrow();
        look(connection.as_ref().expect_throw("the source is not freed"))
    }
}

impl Drop for Source {
    /// A task that waits for the next event still holds the pump, but must not keep the connection open.
    fn drop(&mut self) {
        let open = (self.0.connection.take(), self.0.stream.take());
        drop(open);
    }
}

impl std::fmt::Debug for Pump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.connection.fmt(f)
    }
}

impl Pump {
    /// Pulls until the receiver has enough. Pending while no item waits.
    fn poll_pull(&self, cx: &mut Context<'_>) -> Poll<()> {
        let (mut stream, mut batch) = (self.stream.borrow_mut(), self.batch.borrow_mut());
        let Some(stream) = &mut *stream else {
            self.end_of_listening();
            return Poll::Ready(());
        };
        loop {
            let more = match stream.poll_next_with(cx, |frame| self.add(&mut batch, &frame)) {
                Poll::Ready(Some(Ok(more))) => more,
                Poll::Ready(Some(Err(error))) => self.flush(&mut batch) & self.error(&error),
                Poll::Ready(None) => {
                    self.flush(&mut batch);
                    self.receiver.end();
                    false
                }
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Pending => self.flush(&mut batch),
            };
            if !more {
                return Poll::Ready(());
            }
        }
    }

    /// Without a stream, only the end can be pulled.
    fn end_of_listening(&self) {
        let connection = self.connection.borrow().clone();
        let reason = connection.and_then(|connection| connection.close_reason());
        if let Some(reason) = reason {
            if let CloseReason::Failed(error) = &reason {
                self.error(error);
            }
            self.receiver.end();
        }
    }

    /// Adds an event to the batch, and sends the batch unless it can wait for more. Returns whether to pull
    /// more.
    fn add(&self, batch: &mut Batch, frame: &Frame<'_>) -> bool {
        if is_large(frame) {
            self.flush(batch);
            batch.add_names(frame);
            return self.send(batch, frame.data());
        }
        let more = batch.takes(frame) || self.flush(batch);
        batch.add(frame);
        // In a buffer that drops, newer events would replace waiting ones.
        if more && !self.events.drops() && !batch.is_full() {
            return true;
        }
        self.flush(batch)
    }

    /// Sends all events that wait.
    fn flush(&self, batch: &mut Batch) -> bool {
        if batch.is_empty() {
            return true;
        }
        let data = mem::take(&mut batch.data);
        let more = self.send(batch, &data);
        batch.data = data;
        batch.data.clear();
        more
    }

    fn send(&self, batch: &mut Batch, data: &str) -> bool {
        let Batch {
            names,
            lengths,
            origin,
            ..
        } = &*batch;
        let more = self.receiver.events(names, data, lengths, origin);
        batch.clear();
        more
    }

    fn error(&self, error: &Error) -> bool {
        let thrown = self.new_error(error);
        if ends_the_stream(error) {
            self.receiver.failed(&thrown);
            return true;
        }
        self.receiver.problem(&thrown)
    }

    fn new_error(&self, error: &Error) -> JsValue {
        let connection = self.connection.borrow();
        new_error(&self.receiver, connection.as_ref(), error)
    }

    fn hear(&self, frame: &Frame<'_>) {
        let [event_type, last_event_id, origin] = self.texts.of(frame);
        let is_kept = self
            .stream
            .try_borrow()
            .is_ok_and(|stream| stream.is_some());
        let iterated = is_kept && self.events.include(frame.event_type());
        let data = frame.data();
        self.receiver
            .heard(&event_type, data, &last_event_id, &origin, iterated);
    }

    fn reason(&self, reason: &CloseReason) -> JsValue {
        let (mut event, mut error) = (JsValue::UNDEFINED, JsValue::UNDEFINED);
        let kind = match reason {
            CloseReason::Rule(message) => {
                event = self.receiver.new_event(
                    message.event_type(),
                    message.data(),
                    message.last_event_id(),
                    message.origin(),
                );
                "rule"
            }
            CloseReason::Ended => "ended",
            CloseReason::Failed(failure) => {
                error = self.new_error(failure);
                "failed"
            }
            _ => "called",
        };
        self.receiver.new_reason(kind, &event, &error)
    }
}

/// The index of a state in `STATES` of `receiver.js`.
fn number(state: &State) -> u32 {
    match state {
        State::Open => 1,
        State::Reconnecting { .. } => 2,
        State::Closed(_) => 3,
        _ => 0,
    }
}

impl Texts {
    fn of(&self, frame: &Frame<'_>) -> [JsValue; 3] {
        [
            self.event_type.of(frame.event_type()),
            self.last_event_id.of(frame.last_event_id()),
            self.origin.of(frame.origin()),
        ]
    }
}
