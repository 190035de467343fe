//! The wrappers around an enum, for probing its names and for reading it.

use serde::{
    Deserializer,
    de::{self, Visitor},
    forward_to_deserialize_any,
};

use super::content::{ENVELOPE, EnvelopeParts};

/// The action when the enum is reached.
pub(super) trait Core<'de>: Sized {
    type Error: de::Error;

    fn read_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error>;

    fn event_type(&self) -> &'de str;

    fn last_event_id(&self) -> &'de str;
}

/// Looks into newtypes, options and envelopes for the enum, and rejects other types.
pub(super) struct Wrapped<C> {
    core: C,
    depth: u8,
}

impl<C> Wrapped<C> {
    pub fn new(core: C) -> Self {
        Wrapped { core, depth: 0 }
    }

    /// One level deeper. The limit stops at a type that wraps itself.
    fn inside<'de>(mut self) -> Result<Self, C::Error>
    where
        C: Core<'de>,
    {
        const DEEPEST: u8 = 64;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(de::Error::custom("the type wraps itself"));
        }
        Ok(self)
    }
}

impl<'de, C: Core<'de>> Deserializer<'de> for Wrapped<C> {
    type Error = C::Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, C::Error> {
        self.core.read_enum(name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, C::Error> {
        let inside = self.inside()?;
        if name == ENVELOPE {
            let (event_type, id) = (inside.core.event_type(), inside.core.last_event_id());
            return visitor.visit_seq(EnvelopeParts::new(event_type, id, inside));
        }
        visitor.visit_newtype_struct(inside)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, C::Error> {
        visitor.visit_some(self.inside()?)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, C::Error> {
        Err(de::Error::invalid_type(de::Unexpected::Enum, &visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
