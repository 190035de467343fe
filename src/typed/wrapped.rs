//! What may be around an enum: the one place that knows, for asking its names and for reading it.

use serde::{
    Deserializer,
    de::{self, Visitor},
    forward_to_deserialize_any,
};

use super::content::{ENVELOPE, EnvelopeParts};

/// What is done when the enum is reached.
pub(super) trait Core<'de>: Sized {
    type Error: de::Error;

    fn read_enum<V: Visitor<'de>>(
        self,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error>;

    fn event_type(&self) -> &'de str;

    fn last_event_id(&self) -> &'de str;
}

/// Looks into newtypes, options and envelopes for the enum, and takes nothing else.
pub(super) struct Wrapped<C>(pub C);

impl<'de, C: Core<'de>> Deserializer<'de> for Wrapped<C> {
    type Error = C::Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, C::Error> {
        self.0.read_enum(variants, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, C::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, C::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, C::Error> {
        if name == ENVELOPE {
            let (event_type, id) = (self.0.event_type(), self.0.last_event_id());
            return visitor.visit_seq(EnvelopeParts::new(event_type, id, self));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, C::Error> {
        Err(de::Error::invalid_type(de::Unexpected::Enum, &visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}
