//! A message as a value of an enum.

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, EnumAccess, VariantAccess, Visitor, value::StrDeserializer},
    forward_to_deserialize_any,
};
use serde_json::Error;

use super::{
    content::{ENVELOPE, EnvelopeParts},
    payload::Payload,
};
use crate::Frame;

/// The whole message: the event type says which variant, the data is the content.
#[derive(Clone, Copy)]
pub(super) struct Event<'de>(pub &'de Frame<'de>);

impl<'de> Deserializer<'de> for Event<'de> {
    type Error = Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == ENVELOPE {
            let frame = self.0;
            let parts = EnvelopeParts::new(frame.event_type(), frame.last_event_id(), self);
            return visitor.visit_seq(parts);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        Err(de::Error::invalid_type(de::Unexpected::Enum, &visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Event<'de> {
    type Error = Error;
    type Variant = Payload<'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Payload<'de>), Error> {
        let name = StrDeserializer::<Error>::new(self.0.event_type());
        Ok((seed.deserialize(name)?, Payload(self.0)))
    }
}

impl<'de> VariantAccess<'de> for Payload<'de> {
    type Error = Error;

    /// The name says it all: whatever data comes with it is accepted, and none too.
    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_struct("", fields, visitor)
    }
}
