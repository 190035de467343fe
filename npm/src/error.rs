//! JavaScript's errors.

use js_sys::{ReferenceError, SyntaxError, TypeError};
use wasm_bindgen::JsValue;

use wasm_eventsource::{Connection, Error, OpenError};

use super::Receiver;

/// The exception of the constructor.
pub(super) fn open_error(error: &OpenError) -> JsValue {
    let message = error.to_string();
    match error {
        OpenError::InvalidUrl { .. } => SyntaxError::new(&message).into(),
        OpenError::Unsupported { .. } => ReferenceError::new(&message).into(),
        _ => type_error(&message),
    }
}

pub(super) fn type_error(message: &str) -> JsValue {
    TypeError::new(message).into()
}

/// Whether this error ends the stream.
pub(super) fn ends_the_stream(error: &Error) -> bool {
    match error {
        Error::Lagged { .. } => false,
        #[cfg(feature = "fetch")]
        Error::TooLarge { .. } => false,
        _ => true,
    }
}

/// An `EventStreamError`.
#[cfg_attr(not(feature = "fetch"), expect(unused_mut, unused_variables))]
pub(super) fn new_error(
    receiver: &Receiver,
    connection: Option<&Connection>,
    error: &Error,
) -> JsValue {
    let (mut status, mut dropped, mut cause) = (None, None, JsValue::UNDEFINED);
    #[cfg(feature = "fetch")]
    let response = || connection.and_then(Connection::response).into();
    let kind = match error {
        Error::Lagged { dropped: count } => {
            dropped = Some(*count as f64);
            "lagged"
        }
        Error::Failed { .. } => "connection",
        Error::Open(error) => {
            cause = open_error(error);
            "open"
        }
        #[cfg(feature = "fetch")]
        Error::Status { status: code, .. } => {
            status = Some(*code);
            cause = response();
            "status"
        }
        #[cfg(feature = "fetch")]
        Error::ContentType { .. } => {
            cause = response();
            "content-type"
        }
        #[cfg(feature = "fetch")]
        Error::Cors { .. } => "cors",
        #[cfg(feature = "fetch")]
        Error::Blocked { .. } => "blocked",
        #[cfg(feature = "fetch")]
        Error::Network { detail, .. } => {
            // As `fetch` rejects.
            cause = type_error(detail);
            "network"
        }
        #[cfg(feature = "fetch")]
        Error::Headers { .. } => "headers",
        #[cfg(feature = "fetch")]
        Error::TooLarge { .. } => "too-large",
        // Streams in Rust decode; here JavaScript does.
        _ => "decode",
    };
    receiver.new_error(kind, &error.to_string(), status, &cause, dropped)
}
