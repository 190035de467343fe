//! The data of a message as a value of any type: JSON, or one of the contents of this crate.

use serde::{
    Deserializer,
    de::{Visitor, value::SeqDeserializer},
};
use serde_json::Error;

use super::content::{ENVELOPE, EnvelopeParts, MESSAGE, TEXT};
use crate::message::Frame;

#[derive(Clone, Copy)]
pub(super) struct Payload<'de>(pub &'de Frame<'de>);

impl<'de> Payload<'de> {
    /// The data as JSON, all of it.
    fn json<T>(
        self,
        read: impl FnOnce(
            &mut serde_json::Deserializer<serde_json::de::StrRead<'de>>,
        ) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut json = serde_json::Deserializer::from_str(self.0.data());
        let value = read(&mut json)?;
        json.end()?;
        Ok(value)
    }
}

/// Forwards methods to `serde_json`.
macro_rules! as_json {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Error> {
            self.json(|json| json.$method($($argument,)* visitor))
        }
    )*};
}

impl<'de> Deserializer<'de> for Payload<'de> {
    type Error = Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let frame = self.0;
        match name {
            TEXT => visitor.visit_borrowed_str(frame.data()),
            ENVELOPE => visitor.visit_seq(EnvelopeParts::new(
                frame.event_type(),
                frame.last_event_id(),
                self,
            )),
            MESSAGE => visitor.visit_seq(SeqDeserializer::new(
                [
                    frame.event_type(),
                    frame.data(),
                    frame.last_event_id(),
                    frame.origin(),
                ]
                .into_iter(),
            )),
            // serde_json has reserved names, too.
            _ if name.starts_with("$serde_json") => {
                self.json(|json| json.deserialize_newtype_struct(name, visitor))
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // JSON's white space.
        if self.0.data().trim_matches([' ', '\t', '\n', '\r']) == "null" {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    as_json! {
        deserialize_any() deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32()
        deserialize_i64() deserialize_i128() deserialize_u8() deserialize_u16() deserialize_u32()
        deserialize_u64() deserialize_u128() deserialize_f32() deserialize_f64() deserialize_char()
        deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf()
        deserialize_unit() deserialize_seq() deserialize_map() deserialize_identifier()
        deserialize_ignored_any()
        deserialize_unit_struct(name: &'static str)
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }
}
