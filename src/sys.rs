//! Every call into JavaScript that `web-sys` does not offer, or offers more slowly. Casts without a
//! check are here and nowhere else.

use gloo_events::EventListener;
use js_sys::{Error, ReferenceError};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{Event, EventSource, EventSourceInit, EventTarget, MessageEvent};

use crate::OpenError;

#[wasm_bindgen]
extern "C" {
    /// A `MessageEvent` of an `EventSource`, whose data is always a string. Getting it as one saves
    /// a JavaScript value, and its way to a string, for each message; but nothing else may be got so.
    /// What a page has put in the place of `EventSource` is looked at by [`is_text`] first.
    type StringMessageEvent;

    #[wasm_bindgen(method, getter, js_name = data)]
    fn any_data(this: &StringMessageEvent) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn data(this: &StringMessageEvent) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    fn last_event_id(this: &StringMessageEvent) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn origin(this: &StringMessageEvent) -> Option<String>;

    #[wasm_bindgen(js_name = MessageChannel)]
    type Channel;

    #[wasm_bindgen(constructor, js_class = "MessageChannel", catch)]
    fn new() -> Result<Channel, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn port1(this: &Channel) -> Port;

    #[wasm_bindgen(method, getter)]
    fn port2(this: &Channel) -> Port;

    #[wasm_bindgen(extends = EventTarget)]
    type Port;

    #[wasm_bindgen(method, catch)]
    fn start(this: &Port) -> Result<(), JsValue>;

    #[wasm_bindgen(method)]
    fn close(this: &Port);

    #[wasm_bindgen(method, catch, js_name = postMessage)]
    fn post(this: &Port, message: u32) -> Result<(), JsValue>;

    #[cfg(feature = "npm")]
    #[wasm_bindgen(catch, js_name = reportError)]
    fn report_error_globally(thrown: &JsValue) -> Result<(), JsValue>;
}

/// Whether the event is one that an `EventSource` dispatches: one whose data is a string.
pub(crate) fn is_text(event: &Event) -> bool {
    event
        .unchecked_ref::<StringMessageEvent>()
        .any_data()
        .is_string()
}

pub(crate) fn data(event: &Event) -> Option<String> {
    event.unchecked_ref::<StringMessageEvent>().data()
}

pub(crate) fn last_event_id(event: &Event) -> Option<String> {
    event.unchecked_ref::<StringMessageEvent>().last_event_id()
}

pub(crate) fn origin(event: &Event) -> Option<String> {
    event.unchecked_ref::<StringMessageEvent>().origin()
}

/// Whether the event was sent by the server, and not by the connection.
pub(crate) fn is_message(event: &Event) -> bool {
    event.is_instance_of::<MessageEvent>()
}

/// The browser's constructor, with its exceptions told apart.
pub(crate) fn new_event_source(
    url: &str,
    with_credentials: bool,
) -> Result<EventSource, OpenError> {
    // Outside a browser the functions of `web-sys` would panic instead of failing.
    if cfg!(not(target_arch = "wasm32")) {
        return Err(OpenError::Unsupported {
            url: url.to_owned(),
        });
    }
    let init = EventSourceInit::new();
    init.set_with_credentials(with_credentials);
    EventSource::new_with_event_source_init_dict(url, &init).map_err(|thrown| {
        let (url, detail) = (url.to_owned(), detail(&thrown));
        if thrown.is_instance_of::<ReferenceError>() {
            OpenError::Unsupported { url }
        } else if thrown
            .dyn_ref::<Error>()
            .is_some_and(|error| error.name() == "SyntaxError")
        {
            OpenError::InvalidUrl { url, detail }
        } else {
            OpenError::Refused { url, detail }
        }
    })
}

/// The text as the value that JavaScript makes of it, or what JavaScript has against it.
#[cfg(feature = "js")]
pub(crate) fn parse_json(text: &str) -> Result<JsValue, String> {
    if cfg!(not(target_arch = "wasm32")) {
        return Err("there is no JavaScript here".to_owned());
    }
    js_sys::JSON::parse(text).map_err(|thrown| detail(&thrown))
}

/// Tasks of the browser on demand. A `MessageChannel` brings them without the delays that timers
/// have, in hidden pages above all.
pub(crate) struct Tasks {
    from: Port,
    to: Port,
    _listener: EventListener,
}

impl Tasks {
    /// `None` where there is no `MessageChannel`.
    pub fn new(mut run: impl FnMut() + 'static) -> Option<Self> {
        let channel = Channel::new().ok()?;
        let to = channel.port2();
        let listener = EventListener::new(&to, "message", move |_| run());
        to.start().ok()?;
        Some(Tasks {
            from: channel.port1(),
            to,
            _listener: listener,
        })
    }

    /// Asks for one, and says whether it comes.
    pub fn ask(&self) -> bool {
        self.from.post(0).is_ok()
    }
}

impl Drop for Tasks {
    /// A channel that is not closed may live on in the browser.
    fn drop(&mut self) {
        self.from.close();
        self.to.close();
    }
}

fn detail(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<Error>() {
        Some(error) => error.message().into(),
        None => format!("{thrown:?}"),
    }
}

/// Does with an exception what the platform does with one that an event handler throws.
#[cfg(feature = "npm")]
pub(crate) fn report_error(thrown: &JsValue) {
    if report_error_globally(thrown).is_err() {
        // Older engines, and Node, have no `reportError`.
        web_sys::console::error_1(thrown);
    }
}
