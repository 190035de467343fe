//! What the npm package has in wasm: [`Source`], which its JavaScript (the folder `npm/`) makes the
//! class `EventStream` of. It holds no policy of its own: it reads options, and turns messages, states
//! and errors into JavaScript's.

// What is exported is printed by JavaScript, if at all.
#![allow(missing_debug_implementations)]

use std::{
    cell::RefCell,
    future::poll_fn,
    mem,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use gloo_events::EventListener;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    CloseReason, Connection, Error, Frame, Lifecycle, Listener, stream::Feed, sys,
    transport::FeedItem,
};

mod batch;
mod error;
mod options;
mod text;

use batch::{Batch, is_large};
use error::{ends_the_stream, new_error, open_error};
use options::Options;
use text::LastText;

#[wasm_bindgen]
extern "C" {
    /// The other side, in `npm/receiver.js`. What it is told while it is being pulled for it takes in
    /// without running code of the program's.
    pub type Receiver;

    /// What was pulled: events (as a [`Batch`] has them), what went wrong with some, the failure of the
    /// stream. The answer says whether more is wanted.
    #[wasm_bindgen(method)]
    fn events(this: &Receiver, names: &str, data: &str, lengths: &[u32], origin: &str) -> bool;

    #[wasm_bindgen(method)]
    fn problem(this: &Receiver, error: &JsValue) -> bool;

    #[wasm_bindgen(method)]
    fn failed(this: &Receiver, error: &JsValue);

    #[wasm_bindgen(method)]
    fn end(this: &Receiver);

    /// An event that has listeners. `iterated` says that it is pulled as well.
    #[wasm_bindgen(method)]
    fn heard(
        this: &Receiver,
        event_type: &JsValue,
        data: &str,
        last_event_id: &JsValue,
        origin: &JsValue,
        iterated: bool,
    );

    #[wasm_bindgen(method)]
    fn state(this: &Receiver, state: &str);

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

/// Whether there is the transport over `fetch()`. As long as the wasm is not loaded, to call this throws.
#[wasm_bindgen(js_name = canFetch)]
pub fn can_fetch() -> bool {
    cfg!(feature = "fetch")
}

/// One stream's part of the wasm. To free it is to close the stream.
#[wasm_bindgen]
pub struct Source(Rc<Pump>);

struct Pump {
    connection: Connection,
    feed: RefCell<Feed>,
    batch: RefCell<Batch>,
    /// Whether events go on one by one: others would replace them as long as they are not taken.
    singly: bool,
    receiver: Rc<Receiver>,
    /// Who listens for which name.
    listeners: RefCell<Vec<(String, Listener)>>,
    texts: Texts,
    _abort: Option<EventListener>,
}

/// What is the same in most events of a stream.
#[derive(Default)]
struct Texts {
    event_type: LastText,
    last_event_id: LastText,
    origin: LastText,
}

#[wasm_bindgen]
impl Source {
    /// Opens the stream, unless its signal is aborted already.
    #[wasm_bindgen(constructor)]
    pub fn new(url: String, options: &Options, receiver: Receiver) -> Result<Source, JsValue> {
        let receiver = Rc::new(receiver);
        let told = Rc::clone(&receiver);
        let source = options
            .source(url)
            .on_state(move |state| told.state(state.name()));
        let signal = options.signal();
        let stream = match &signal {
            Some(signal) if signal.aborted() => source.unopened(),
            _ => source.stream(),
        };
        let (connection, feed) = stream.map_err(|error| open_error(&error))?.into_parts();
        let abort = signal.map(|signal| {
            let handle = connection.close_handle();
            sys::on_abort(&signal, move || handle.close())
        });
        Ok(Source(Rc::new(Pump {
            connection,
            feed: RefCell::new(feed),
            batch: RefCell::default(),
            singly: options.drops(),
            receiver,
            listeners: RefCell::default(),
            texts: Texts::default(),
            _abort: abort,
        })))
    }

    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.0.connection.url().to_owned()
    }

    #[wasm_bindgen(getter, js_name = lastEventId)]
    pub fn last_event_id(&self) -> String {
        self.0.connection.last_event_id()
    }

    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.0.connection.state().name().to_owned()
    }

    #[wasm_bindgen(getter, js_name = closeReason)]
    pub fn close_reason(&self) -> JsValue {
        let reason = self.0.connection.close_reason();
        reason.map_or(JsValue::UNDEFINED, |reason| self.0.reason(&reason))
    }

    #[cfg(feature = "fetch")]
    #[wasm_bindgen(getter)]
    pub fn response(&self) -> Option<web_sys::Response> {
        self.0.connection.response()
    }

    /// Closes the connection for good. What came before can still be pulled.
    pub fn close(&self) {
        self.0.connection.close();
    }

    /// Tells the receiver of what is there, item by item, and waits for more, until the receiver wants
    /// no more or all is over.
    pub fn pull(&self) {
        let mut now = Context::from_waker(Waker::noop());
        if self.0.poll_pull(&mut now).is_pending() {
            let pump = Rc::clone(&self.0);
            spawn_local(poll_fn(move |cx| pump.poll_pull(cx)));
        }
    }

    /// Whether events are kept to be pulled, or are for listeners alone.
    pub fn keep(&self, keep: bool) {
        if let Ok(mut feed) = self.0.feed.try_borrow_mut() {
            feed.keep(keep);
        }
    }

    /// Tells the receiver of each event of this name as it comes. Throws a `TypeError` for a name that
    /// no event can have.
    pub fn listen(&self, event_type: String) -> Result<(), JsValue> {
        let pump = Rc::downgrade(&self.0);
        let hear = move |frame: &Frame<'_>| {
            if let Some(pump) = pump.upgrade() {
                pump.hear(frame);
            }
        };
        let listener = self.0.connection.on_frame(&*event_type, hear);
        let listener = listener.map_err(|error| open_error(&error))?;
        self.0.listeners.borrow_mut().push((event_type, listener));
        Ok(())
    }

    /// Stops that.
    pub fn unlisten(&self, event_type: &str) {
        let mut listeners = self.0.listeners.borrow_mut();
        let at = listeners.iter().position(|(name, _)| name == event_type);
        let removed = at.map(|at| listeners.swap_remove(at));
        drop(listeners);
        drop(removed);
    }
}

impl Drop for Source {
    /// Whoever waits for the next item would keep the connection.
    fn drop(&mut self) {
        self.0.connection.session().abandon();
    }
}

impl Pump {
    /// Pulls until no more is wanted. Pending when there is nothing more yet.
    fn poll_pull(&self, cx: &mut Context<'_>) -> Poll<()> {
        // The receiver asks once at a time, and runs nothing meanwhile that could ask again.
        let (Ok(mut feed), Ok(mut batch)) =
            (self.feed.try_borrow_mut(), self.batch.try_borrow_mut())
        else {
            return Poll::Ready(());
        };
        loop {
            let more = match feed.poll_next(cx) {
                Poll::Ready(Some(FeedItem::Item(Lifecycle::Message(frame)))) => {
                    self.add(&mut batch, &frame)
                }
                Poll::Ready(Some(FeedItem::Item(_) | FeedItem::Nothing)) => true,
                Poll::Ready(Some(FeedItem::Error(error))) => {
                    self.flush(&mut batch) & self.error(&error)
                }
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

    /// Takes in an event, and tells the receiver if it is not to wait for others. Says whether more is
    /// wanted.
    fn add(&self, batch: &mut Batch, frame: &Frame<'_>) -> bool {
        if is_large(frame) {
            self.flush(batch);
            batch.add_names(frame);
            return self.send(batch, frame.data());
        }
        let more = batch.takes(frame) || self.flush(batch);
        batch.add(frame);
        if more && !self.singly && !batch.is_full() {
            return true;
        }
        self.flush(batch)
    }

    /// Tells the receiver of all events that wait for it.
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

    /// Tells the receiver of what went wrong.
    fn error(&self, error: &Error) -> bool {
        let told = new_error(&self.receiver, &self.connection, error);
        if ends_the_stream(error) {
            self.receiver.failed(&told);
            return true;
        }
        self.receiver.problem(&told)
    }

    fn hear(&self, frame: &Frame<'_>) {
        let [event_type, last_event_id, origin] = self.texts.of(frame);
        let session = self.connection.session();
        let topic = session.topic(frame.event_type());
        let iterated = session.streams(topic.as_deref());
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
            CloseReason::Called => "called",
            CloseReason::Ended => "ended",
            CloseReason::Failed(failure) => {
                error = new_error(&self.receiver, &self.connection, failure);
                "failed"
            }
        };
        self.receiver.new_reason(kind, &event, &error)
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
