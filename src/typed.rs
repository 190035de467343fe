//! Typed events: an event's type picks the variant of a serde enum, its data is the content.
//!
//! - `decode.rs` reads a message as a variant, `payload.rs` its data as any type, `json.rs` is the API for that;
//! - `probe.rs` asks an enum for the names of its variants, to which the stream is subscribed;
//! - `wrapped.rs` handles wrappers around the enum, for both;
//! - `content.rs` has [`Text`] and [`Envelope`], contents that are not JSON.

use std::any::type_name;

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    error::{DecodeError, OpenError},
    message::Frame,
};

mod content;
mod decode;
mod json;
mod payload;
mod probe;
mod wrapped;

pub use content::{Envelope, Text};
use wrapped::Wrapped;

/// The message as a value of an enum: its event type is the variant, its data the content.
pub(crate) fn variant<T: DeserializeOwned>(frame: Frame<'_>) -> Result<T, DecodeError> {
    T::deserialize(Wrapped::new(decode::Event(&frame)))
        .map_err(|error| DecodeError::new(frame, &error))
}

/// The data of the message as a value of any type.
pub(crate) fn content<'a, T: Deserialize<'a>>(frame: &'a Frame<'_>) -> Result<T, DecodeError> {
    T::deserialize(payload::Payload(frame)).map_err(|error| DecodeError::new(frame.clone(), &error))
}

/// The event names of an enum: the serde names of its variants, aliases included.
pub(crate) fn names<T: DeserializeOwned>() -> Result<&'static [&'static str], OpenError> {
    match probe::variants::<T>() {
        Some([]) => Err(OpenError::NoVariants {
            type_name: type_name::<T>(),
        }),
        Some(names) => Ok(names),
        None => Err(OpenError::NotAnEnum {
            type_name: type_name::<T>(),
        }),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
