//! Every call into JavaScript that `web-sys` does not offer, or offers more slowly. Casts without a
//! check are here and nowhere else.

use js_sys::{Error, ReferenceError};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{Event, EventSource, EventSourceInit, MessageEvent};

use crate::OpenError;

#[wasm_bindgen]
extern "C" {
    /// A `MessageEvent` of an `EventSource`, whose data is always a string. Getting it as one saves
    /// a JavaScript value, and its way to a string, for each message.
    type StringMessageEvent;

    #[wasm_bindgen(method, getter)]
    fn data(this: &StringMessageEvent) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    fn last_event_id(this: &StringMessageEvent) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn origin(this: &StringMessageEvent) -> Option<String>;

    /// What the platform does with an exception that an event handler throws.
    #[cfg(feature = "npm")]
    #[wasm_bindgen(js_name = reportError)]
    pub(crate) fn report_error(thrown: &JsValue);
}

/// `None` if the event has no data: then it is not one that an `EventSource` dispatches.
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
        let url = url.to_owned();
        if thrown.is_instance_of::<ReferenceError>() {
            OpenError::Unsupported { url }
        } else {
            OpenError::InvalidUrl {
                url,
                detail: detail(&thrown),
            }
        }
    })
}

fn detail(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<Error>() {
        Some(error) => error.message().into(),
        None => format!("{thrown:?}"),
    }
}
