//! The npm package's class `EventStream`. It holds no policy of its own: it reads options, and turns
//! messages, states and errors into JavaScript's.

// What is exported is printed by JavaScript, if at all.
#![allow(missing_debug_implementations)]

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
};

use futures_util::StreamExt;
use js_sys::{Function, Object, Promise, ReferenceError, Reflect, SyntaxError, TypeError};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::{CloseReason, CloseRule, Error, EventSource, EventStream, Message, OpenError, sys};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface EventStreamOptions {
  /** The event names to receive; `["message"]` unless given. */
  events?: string[];
  /** What ends the stream: an event name (`"close"` unless given), a name and/or exact data, or nothing. */
  closeOn?: string | false | { event?: string; data?: string };
  /** Whether cookies go along to another origin. */
  withCredentials?: boolean;
}

export interface StreamEvent {
  type: string;
  data: string;
  lastEventId: string;
  origin: string;
}

export type EventStreamState = "connecting" | "open" | "reconnecting" | "closed";

/** Why a stream is closed: a message met `closeOn`, the program called `close()`, or it failed. */
export type CloseReason =
  | { kind: "rule"; event: StreamEvent }
  | { kind: "called" }
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
    on_state: Rc<RefCell<Option<Function>>>,
}

#[wasm_bindgen(js_class = EventStream)]
impl JsEventStream {
    /// Opens the stream. Throws a `TypeError` that names the option which is wrong, and a
    /// `SyntaxError` for a URL that cannot be resolved.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &Url, options: Option<OptionsArgument>) -> Result<JsEventStream, JsValue> {
        let url = read_url(url)?;
        let options = Options::read(options.as_ref().map_or(&JsValue::UNDEFINED, AsRef::as_ref))?;
        let on_state = Rc::new(RefCell::new(None::<Function>));
        let handler = Rc::clone(&on_state);
        let source = EventSource::new(url)
            .events(options.events)
            .close_on(options.close_on)
            .with_credentials(options.with_credentials)
            .on_state(move |state| {
                let handler = handler.borrow().clone();
                if let Some(handler) = handler
                    && let Err(thrown) = handler.call1(&JsValue::NULL, &state.to_string().into())
                {
                    sys::report_error(&thrown);
                }
            });
        let stream = source.stream().map_err(|error| open_error(&error))?;
        Ok(JsEventStream {
            reading: Rc::new(Reading::new(stream)),
            on_state,
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

    /// Called with the new state at each change.
    #[wasm_bindgen(getter, js_name = onstate, unchecked_return_type = "((state: EventStreamState) => void) | null")]
    pub fn onstate(&self) -> JsValue {
        self.on_state
            .borrow()
            .clone()
            .map_or(JsValue::NULL, JsValue::from)
    }

    #[wasm_bindgen(setter, js_name = onstate)]
    pub fn set_onstate(&self, handler: StateHandler) {
        // As with every event handler of the platform, what is no function is none.
        self.on_state
            .replace(JsValue::from(handler).dyn_into::<Function>().ok());
    }

    /// Closes the connection for good. What came before can still be iterated.
    pub fn close(&self) {
        self.reading.stream.borrow().close();
    }

    /// Iterates over the events. All iterators share one stream: each event goes to one of them.
    /// Leaving a `for await` loop closes the connection.
    #[wasm_bindgen(
        js_name = "[Symbol.asyncIterator]",
        unchecked_return_type = "AsyncIterator<StreamEvent, undefined>"
    )]
    pub fn async_iterator(&self) -> JsValue {
        EventStreamIterator(Rc::clone(&self.reading)).into()
    }
}

/// What `for await` talks to. Its type in TypeScript is the standard `AsyncIterator`.
#[wasm_bindgen(skip_typescript)]
pub struct EventStreamIterator(Rc<Reading>);

#[wasm_bindgen]
impl EventStreamIterator {
    pub fn next(&self) -> Promise {
        Reading::next(&self.0)
    }

    #[wasm_bindgen(js_name = return)]
    pub fn finish(&self) -> Promise {
        self.0.stream.borrow().close();
        Promise::resolve(&to_js(&Step::DONE))
    }
}

/// The stream and those who wait for its next item.
///
/// JavaScript may call `next` again before the last call is answered; the answers keep the order of
/// the calls. A stream wakes one waiter, so each call waits for the one before it.
struct Reading {
    stream: RefCell<EventStream>,
    waiting: Cell<usize>,
    newest: RefCell<Option<Promise>>,
}

impl Reading {
    fn new(stream: EventStream) -> Self {
        Reading {
            stream: RefCell::new(stream),
            waiting: Cell::new(0),
            newest: RefCell::default(),
        }
    }

    fn next(this: &Rc<Self>) -> Promise {
        let before = (this.waiting.get() > 0)
            .then(|| this.newest.borrow().clone())
            .flatten();
        this.waiting.set(this.waiting.get() + 1);
        let reading = Rc::clone(this);
        let answer = future_to_promise(async move {
            if let Some(before) = before {
                // Its failure is the answer to that call, not to this one.
                let _ = JsFuture::from(before).await;
            }
            let item = poll_fn(|cx| reading.stream.borrow_mut().poll_next_unpin(cx)).await;
            reading.waiting.set(reading.waiting.get() - 1);
            match item {
                Some(Ok(message)) => Ok(to_js(&Step {
                    done: false,
                    value: Some(message.into()),
                })),
                Some(Err(error)) => Err(stream_error(&error)),
                None => Ok(to_js(&Step::DONE)),
            }
        });
        this.newest.replace(Some(answer.clone()));
        answer
    }
}

/// What JavaScript calls an `IteratorResult`.
#[derive(Serialize)]
struct Step {
    done: bool,
    value: Option<Event>,
}

impl Step {
    const DONE: Step = Step {
        done: true,
        value: None,
    };
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
    Failed { message: String },
}

impl From<CloseReason> for Reason {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::Rule(message) => Reason::Rule {
                event: message.into(),
            },
            CloseReason::Called => Reason::Called,
            CloseReason::Failed(error) => Reason::Failed {
                message: error.to_string(),
            },
        }
    }
}

fn read_url(given: &JsValue) -> Result<String, JsValue> {
    match given.as_string() {
        Some(url) => Ok(url),
        None if given.is_object() => Ok(Object::from(given.clone()).to_string().into()),
        None => Err(type_error(&format!(
            "the URL is to be a string or a URL, not {given:?}"
        ))),
    }
}

/// What TypeScript calls `EventStreamOptions`, checked.
#[derive(Default)]
struct Options {
    events: Vec<String>,
    close_on: CloseRule,
    with_credentials: bool,
}

impl Options {
    fn read(given: &JsValue) -> Result<Self, JsValue> {
        if given.is_undefined() {
            return Ok(Options::default());
        }
        let options = object_of("options", given, &["events", "closeOn", "withCredentials"])?;
        Ok(Options {
            events: field(&options, "events", "an array of event names")?.unwrap_or_default(),
            close_on: close_rule(&options)?,
            with_credentials: field(&options, "withCredentials", "true or false")?
                .unwrap_or_default(),
        })
    }
}

fn close_rule(options: &Object) -> Result<CloseRule, JsValue> {
    let given = get(options, "closeOn")?;
    if given.is_undefined() {
        return Ok(CloseRule::default());
    }
    if let Some(name) = given.as_string() {
        return Ok(CloseRule::event(name));
    }
    if given == JsValue::FALSE {
        return Ok(CloseRule::never());
    }
    let rule = object_of("closeOn", &given, &["event", "data"])?;
    let event: Option<String> = field(&rule, "event", "an event name")?;
    let data: Option<String> = field(&rule, "data", "a string")?;
    match (event, data) {
        (Some(event), Some(data)) => Ok(CloseRule::event_with_data(event, data)),
        (Some(event), None) => Ok(CloseRule::event(event)),
        (None, Some(data)) => Ok(CloseRule::data(data)),
        (None, None) => Err(type_error("`closeOn` needs an `event`, a `data`, or both")),
    }
}

/// The value as an object with no keys but these.
fn object_of(name: &str, given: &JsValue, keys: &[&str]) -> Result<Object, JsValue> {
    let Some(object) = given.dyn_ref::<Object>() else {
        return Err(type_error(&format!("`{name}` cannot be {given:?}")));
    };
    for key in Object::keys(object)
        .iter()
        .filter_map(|key| key.as_string())
    {
        if !keys.contains(&&*key) {
            let known = keys.join(", ");
            return Err(type_error(&format!(
                "`{name}` has no {key:?}; it has {known}"
            )));
        }
    }
    Ok(object.clone())
}

/// A field that may be missing; `expected` says what it should be.
fn field<T: DeserializeOwned>(
    object: &Object,
    key: &str,
    expected: &str,
) -> Result<Option<T>, JsValue> {
    let value = get(object, key)?;
    if value.is_undefined() {
        return Ok(None);
    }
    serde_wasm_bindgen::from_value(value.clone())
        .map(Some)
        .map_err(|error| {
            type_error(&format!(
                "`{key}` is to be {expected}, not {value:?} ({error})"
            ))
        })
}

fn get(object: &Object, key: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &key.into())
}

fn to_js(value: &impl Serialize) -> JsValue {
    // Records of strings cannot fail to become objects.
    serde_wasm_bindgen::to_value(value).unwrap_or(JsValue::UNDEFINED)
}

fn type_error(message: &str) -> JsValue {
    TypeError::new(message).into()
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

/// What rejects an iteration.
fn stream_error(error: &Error) -> JsValue {
    let rejection = js_sys::Error::new(&error.to_string());
    rejection.set_name("EventStreamError");
    rejection.into()
}
