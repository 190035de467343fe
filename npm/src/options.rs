//! The options, which the package's JavaScript has checked.

use wasm_bindgen::prelude::*;
use wasm_eventsource::{Buffer, CloseRule, Connection, EventSource, EventStream, OpenError};
use web_sys::AbortSignal;

#[wasm_bindgen]
extern "C" {
    /// The result of `readOptions` in `options.js`.
    pub type Options;

    /// The event name at this index.
    #[wasm_bindgen(method)]
    fn name(this: &Options, index: u32) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = closeEvent)]
    fn close_event(this: &Options) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = closeData)]
    fn close_data(this: &Options) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = withCredentials)]
    fn with_credentials(this: &Options) -> bool;

    /// The limit of the buffer, 0 for none.
    #[wasm_bindgen(method, getter)]
    fn limit(this: &Options) -> Option<u32>;

    #[wasm_bindgen(method, getter)]
    fn signal(this: &Options) -> Option<AbortSignal>;

    #[wasm_bindgen(method, getter)]
    fn all(this: &Options) -> bool;

    #[wasm_bindgen(method, getter)]
    fn fetch(this: &Options) -> bool;
}

#[cfg(feature = "fetch")]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(method, getter, js_name = method)]
    fn request_method(this: &Options) -> Option<String>;

    /// The name or value at this index, alternately.
    #[wasm_bindgen(method)]
    fn header(this: &Options, index: u32) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn body(this: &Options) -> JsValue;

    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    fn last_event_id(this: &Options) -> Option<String>;
}

/// The events that an iteration gets.
pub(crate) struct Events {
    names: Vec<String>,
    all: bool,
    limit: Option<u32>,
}

impl Events {
    /// Whether the buffer drops events.
    pub fn drops(&self) -> bool {
        self.limit.is_some_and(|limit| limit > 0)
    }

    pub fn include(&self, name: &str) -> bool {
        let unnamed = self.names.is_empty() && name == "message";
        self.all || unnamed || self.names.iter().any(|other| other == name)
    }

    fn buffer(&self) -> Option<Buffer> {
        self.limit.map(|limit| match limit {
            0 => Buffer::unbounded(),
            limit => Buffer::drop_oldest(limit as usize),
        })
    }

    /// A stream of these events, from now on.
    pub fn subscribe(&self, connection: &Connection) -> Result<EventStream, OpenError> {
        let names = self.names.iter().map(String::as_str);
        let mut stream = connection.subscribe().events(names);
        if let Some(buffer) = self.buffer() {
            stream = stream.buffer(buffer);
        }
        #[cfg(feature = "fetch")]
        if self.all {
            stream = stream.all_events();
        }
        stream.stream()
    }
}

impl Options {
    pub(crate) fn events(&self) -> Events {
        Events {
            names: texts(|index| self.name(index)).collect(),
            all: self.all(),
            limit: self.limit(),
        }
    }

    /// The event source with these options.
    pub(crate) fn source(&self, url: String) -> EventSource {
        let mut source = self
            .over(url)
            .events(texts(|index| self.name(index)))
            .close_on(self.close_rule())
            .with_credentials(self.with_credentials());
        if let Some(buffer) = self.events().buffer() {
            source = source.buffer(buffer);
        }
        if let Some(signal) = self.signal() {
            source = source.abort_signal(signal);
        }
        source
    }

    fn close_rule(&self) -> CloseRule {
        match (self.close_event(), self.close_data()) {
            (Some(event), Some(data)) => CloseRule::event_with_data(event, data),
            (Some(event), None) => CloseRule::event(event),
            (None, Some(data)) => CloseRule::data(data),
            (None, None) => CloseRule::never(),
        }
    }

    #[cfg(not(feature = "fetch"))]
    fn over(&self, url: String) -> EventSource {
        EventSource::new(url)
    }

    #[cfg(feature = "fetch")]
    fn over(&self, url: String) -> EventSource {
        if !self.fetch() {
            return EventSource::new(url);
        }
        let mut source = EventSource::fetch(url);
        if self.all() {
            source = source.all_events();
        }
        if let Some(method) = self.request_method() {
            source = source.method(method);
        }
        let mut headers = texts(|index| self.header(index));
        while let (Some(name), Some(value)) = (headers.next(), headers.next()) {
            source = source.header(name, value);
        }
        let body = self.body();
        if !body.is_undefined() {
            source = source.body(body);
        }
        if let Some(id) = self.last_event_id() {
            source = source.last_event_id(id);
        }
        source
    }
}

/// The texts of a list in JavaScript, to its end.
fn texts(at: impl FnMut(u32) -> Option<String>) -> impl Iterator<Item = String> {
    (0..).map_while(at)
}
