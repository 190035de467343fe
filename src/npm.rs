//! The npm package's class `EventStream`. It holds no policy of its own: it reads options, and turns
//! messages, states and errors into JavaScript's.

// What is exported is printed by JavaScript, if at all.
#![allow(missing_debug_implementations)]

use std::{cell::RefCell, rc::Rc};

use js_sys::{Error as JsError, Function, ReferenceError, SyntaxError};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::{CloseReason, Error, Message, OpenError, State, sys};

mod iterator;
mod options;

use iterator::{EventStreamIterator, Reading};
use options::{read_source, read_url, type_error};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface EventStreamOptions {
  /**
   * The event names to receive; `["message"]`, the unnamed events, unless given. With the transport
   * `"fetch"` also `"*"`, every name.
   */
  events?: string[] | "*";
  /**
   * What ends the stream: an event name (`"close"` unless given), exact data, or both; `false` for
   * nothing. An event that is named here is delivered, as the last, if it is among `events`; one that
   * is found by its data (`{ data: "[DONE]" }`) is a mark and is not. `closeReason` has either.
   */
  closeOn?: string | false | { event: string; data?: string } | { event?: string; data: string };
  /** Whether cookies go along to another origin. */
  withCredentials?: boolean;
  /**
   * What brings the events in: the browser's own `EventSource`, or a streamed `fetch()`, which is
   * several times faster, knows the status, and reads only what is iterated over. `"fetch"` where one
   * of the options below is given, or `events: "*"`; else `"native"`.
   */
  transport?: "native" | "fetch";
  /** `GET` unless given. Only `GET` is asked again when the connection is lost. */
  method?: string;
  headers?: Record<string, string> | Headers;
  body?: string | Uint8Array;
  /** The last event ID that the first request goes on from. */
  lastEventId?: string;
}

/** What rejects the iteration when the stream has failed. */
export interface EventStreamError extends Error {
  name: "EventStreamError";
  /** The status of the answer that was none of an event stream. `response` of the stream has more. */
  status?: number;
}

export interface StreamEvent {
  type: string;
  data: string;
  lastEventId: string;
  origin: string;
}

export type EventStreamState = "connecting" | "open" | "reconnecting" | "closed";

/** Why a stream is closed: a message met `closeOn`, the program called `close()`, the server
 * ended it, or it failed. */
export type CloseReason =
  | { kind: "rule"; event: StreamEvent }
  | { kind: "called" }
  | { kind: "ended" }
  | { kind: "failed"; message: string };
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "string | URL")]
    pub type Url;

    #[wasm_bindgen(typescript_type = "EventStreamOptions")]
    pub type OptionsArgument;

    #[wasm_bindgen(typescript_type = "((state: EventStreamState) => void) | null | undefined")]
    pub type StateHandler;
}

/// A stream of server-sent events that really ends. Opened by its constructor, read by `for await`.
#[wasm_bindgen(js_name = EventStream)]
pub struct JsEventStream {
    reading: Rc<Reading>,
    handler: Rc<RefCell<Option<StateHandling>>>,
}

/// The `onstate` handler. As on the platform, an event source that has one stays open though nobody
/// else holds it; what keeps it alive is let go of when it is closed.
struct StateHandling {
    function: Function,
    _alive: Rc<Reading>,
}

#[wasm_bindgen(js_class = EventStream)]
impl JsEventStream {
    /// Opens the stream. Throws a `TypeError` that names the option which is wrong, and a
    /// `SyntaxError` for a URL that cannot be resolved.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &Url, options: Option<OptionsArgument>) -> Result<JsEventStream, JsValue> {
        let url = read_url(url)?;
        let source = read_source(url, options.as_ref().map(AsRef::as_ref))?;
        let handler = Rc::<RefCell<Option<StateHandling>>>::default();
        let told = Rc::clone(&handler);
        let source = source.on_state(move |state| tell(&told, state));
        let stream = source.stream().map_err(|error| open_error(&error))?;
        Ok(JsEventStream {
            reading: Rc::new(Reading::new(stream)),
            handler,
        })
    }

    /// The URL as it was given.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.reading.stream.borrow().connection().url().to_owned()
    }

    /// The last event ID of the messages that came.
    #[wasm_bindgen(getter, js_name = lastEventId)]
    pub fn last_event_id(&self) -> String {
        self.reading.stream.borrow().connection().last_event_id()
    }

    /// The state of the connection now.
    #[wasm_bindgen(getter, unchecked_return_type = "EventStreamState")]
    pub fn state(&self) -> String {
        self.reading.stream.borrow().state().to_string()
    }

    /// The standard's `readyState`: 0 connecting, 1 open, 2 closed.
    #[wasm_bindgen(getter, js_name = readyState, unchecked_return_type = "0 | 1 | 2")]
    pub fn ready_state(&self) -> u8 {
        self.reading.stream.borrow().state().ready_state() as u8
    }

    /// Why the stream is closed; `undefined` as long as it is not.
    #[wasm_bindgen(getter, js_name = closeReason, unchecked_return_type = "CloseReason | undefined")]
    pub fn close_reason(&self) -> JsValue {
        let reason = self.reading.stream.borrow().close_reason();
        reason.map_or(JsValue::UNDEFINED, |reason| to_js(&Reason::from(reason)))
    }

    /// The server's newest answer, where the transport is `"fetch"`: its headers, and after a failure its
    /// body, until `close()` is called.
    #[cfg(feature = "fetch")]
    #[wasm_bindgen(getter)]
    pub fn response(&self) -> Option<web_sys::Response> {
        self.reading.stream.borrow().connection().response()
    }

    /// Called with the new state at each change.
    #[wasm_bindgen(getter, js_name = onstate, unchecked_return_type = "((state: EventStreamState) => void) | null")]
    pub fn onstate(&self) -> JsValue {
        let handler = self.handler.borrow();
        handler
            .as_ref()
            .map_or(JsValue::NULL, |handler| handler.function.clone().into())
    }

    #[wasm_bindgen(setter, js_name = onstate)]
    pub fn set_onstate(&self, handler: StateHandler) {
        // As with every event handler of the platform, what is no function is none.
        let function = JsValue::from(handler).dyn_into::<Function>().ok();
        let open = self.reading.stream.borrow().close_reason().is_none();
        let handling = function.filter(|_| open).map(|function| StateHandling {
            function,
            _alive: Rc::clone(&self.reading),
        });
        let replaced = self.handler.replace(handling);
        drop(replaced);
    }

    /// Closes the connection for good. What came before can still be iterated.
    pub fn close(&self) {
        self.reading.stream.borrow().close();
    }

    /// Iterates over the events. All iterators share one stream: each event goes to one of them.
    /// Leaving a `for await` loop closes the connection.
    #[wasm_bindgen(
        js_name = "[Symbol.asyncIterator]",
        unchecked_return_type = "AsyncIterableIterator<StreamEvent>"
    )]
    pub fn async_iterator(&self) -> JsValue {
        EventStreamIterator::new(&self.reading).into()
    }
}

/// Calls the handler, and lets go of it when there will be nothing more to tell.
fn tell(handler: &RefCell<Option<StateHandling>>, state: &State) {
    let function = handler
        .borrow()
        .as_ref()
        .map(|handler| handler.function.clone());
    if let Some(function) = function
        && let Err(thrown) = function.call1(&JsValue::NULL, &state.to_string().into())
    {
        sys::report_error(&thrown);
    }
    if matches!(state, State::Closed(_)) {
        let done = handler.take();
        drop(done);
    }
}

/// What TypeScript calls a `StreamEvent`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    r#type: String,
    data: String,
    last_event_id: String,
    origin: String,
}

impl From<Message> for Event {
    fn from(message: Message) -> Self {
        Event {
            r#type: message.event_type().to_owned(),
            last_event_id: message.last_event_id().to_owned(),
            origin: message.origin().to_owned(),
            data: message.into_data().into_owned(),
        }
    }
}

/// What TypeScript calls a `CloseReason`.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Reason {
    Rule { event: Event },
    Called,
    Ended,
    Failed { message: String },
}

impl From<CloseReason> for Reason {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::Rule(message) => Reason::Rule {
                event: message.into(),
            },
            CloseReason::Called => Reason::Called,
            CloseReason::Ended => Reason::Ended,
            CloseReason::Failed(error) => Reason::Failed {
                message: error.to_string(),
            },
        }
    }
}

fn to_js(value: &impl Serialize) -> JsValue {
    // Records of strings cannot fail to become objects.
    serde_wasm_bindgen::to_value(value).unwrap_or(JsValue::UNDEFINED)
}

/// What the constructor throws.
fn open_error(error: &OpenError) -> JsValue {
    let message = error.to_string();
    match error {
        OpenError::InvalidUrl { .. } => SyntaxError::new(&message).into(),
        OpenError::Unsupported { .. } => ReferenceError::new(&message).into(),
        _ => type_error(&message),
    }
}

/// What rejects an iteration. It has the `status` where there is one.
fn stream_error(error: &Error) -> JsValue {
    let rejection = JsError::new(&error.to_string());
    rejection.set_name("EventStreamError");
    #[cfg(feature = "fetch")]
    if let Error::Status { status, .. } = error {
        // An object made here: setting a property of it cannot fail.
        let _ = js_sys::Reflect::set(&rejection, &"status".into(), &(*status).into());
    }
    rejection.into()
}
