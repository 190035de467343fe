//! The options that the package's JavaScript has read: it has checked what can be checked there.

use wasm_bindgen::prelude::*;

use crate::{Buffer, CloseRule, EventSource};

#[wasm_bindgen]
extern "C" {
    /// What `readOptions` in `npm/options.js` returns.
    pub type Options;

    #[wasm_bindgen(method, getter)]
    fn events(this: &Options) -> Vec<String>;

    #[wasm_bindgen(method, getter, js_name = closeEvent)]
    fn close_event(this: &Options) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = closeData)]
    fn close_data(this: &Options) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = withCredentials)]
    fn with_credentials(this: &Options) -> bool;

    /// How many events the buffer holds, 0 for any number.
    #[wasm_bindgen(method, getter)]
    fn limit(this: &Options) -> Option<u32>;

    #[wasm_bindgen(method, getter)]
    pub(super) fn signal(this: &Options) -> Option<Signal>;

    pub(super) type Signal;

    #[wasm_bindgen(method, getter)]
    pub(super) fn aborted(this: &Signal) -> bool;
}

#[cfg(feature = "fetch")]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(method, getter)]
    fn all(this: &Options) -> bool;

    #[wasm_bindgen(method, getter)]
    fn fetch(this: &Options) -> bool;

    #[wasm_bindgen(method, getter, js_name = method)]
    fn request_method(this: &Options) -> Option<String>;

    /// Names and values in turn.
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Options) -> Vec<String>;

    #[wasm_bindgen(method, getter)]
    fn body(this: &Options) -> JsValue;

    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    fn last_event_id(this: &Options) -> Option<String>;
}

impl Options {
    /// The event source that they describe.
    pub(super) fn source(&self, url: String) -> EventSource {
        let mut source = EventSource::new(url)
            .events(self.events())
            .close_on(self.close_rule())
            .with_credentials(self.with_credentials());
        if let Some(limit) = self.limit() {
            source = source.buffer(match limit {
                0 => Buffer::unbounded(),
                limit => Buffer::drop_oldest(limit as usize),
            });
        }
        #[cfg(feature = "fetch")]
        if self.fetch() {
            source = self.over_fetch(source);
        }
        source
    }

    /// Whether events that are not taken in time are dropped.
    pub(super) fn drops(&self) -> bool {
        self.limit().is_some_and(|limit| limit > 0)
    }

    fn close_rule(&self) -> CloseRule {
        match (self.close_event(), self.close_data()) {
            (Some(event), Some(data)) => CloseRule::event_with_data(event, data),
            (Some(event), None) => CloseRule::event(event),
            (None, Some(data)) => CloseRule::data(data),
            (None, None) => CloseRule::never(),
        }
    }

    #[cfg(feature = "fetch")]
    fn over_fetch(&self, source: EventSource) -> EventSource {
        let mut source = source.over_fetch();
        if self.all() {
            source = source.all_events();
        }
        if let Some(method) = self.request_method() {
            source = source.method(method);
        }
        let mut headers = self.headers().into_iter();
        while let (Some(name), Some(value)) = (headers.next(), headers.next()) {
            source = source.header(name, value);
        }
        let body = self.body();
        if !body.is_undefined() {
            source = source.body(crate::Body::Js(body));
        }
        if let Some(id) = self.last_event_id() {
            source = source.last_event_id(id);
        }
        source
    }
}
