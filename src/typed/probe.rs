//! Asks an enum for the names of its variants.
//!
//! What serde derives tells the names to the deserializer it is given. This one listens to them and
//! gives up, so that no value is ever made.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
    forward_to_deserialize_any,
};

use super::content::{ENVELOPE, EnvelopeParts};

/// The names of the type's variants; `None` if it is no enum, or one that does not tell them
/// (untagged, internally or adjacently tagged).
pub(super) fn variants<'de, T: Deserialize<'de>>() -> Option<&'static [&'static str]> {
    match T::deserialize(Probe) {
        Err(Answer::Variants(names)) => Some(names),
        Ok(_) | Err(Answer::NoEnum) => None,
    }
}

/// What the probe learnt, on the only way out of a deserializer without a value.
#[derive(Debug)]
enum Answer {
    Variants(&'static [&'static str]),
    NoEnum,
}

struct Probe;

impl<'de> Deserializer<'de> for Probe {
    type Error = Answer;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer::Variants(variants))
    }

    // Wrappers are looked into.

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Answer> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Answer> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Answer> {
        if name == ENVELOPE {
            return visitor.visit_seq(EnvelopeParts::new("", "", self));
        }
        Err(Answer::NoEnum)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer::NoEnum)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl de::Error for Answer {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Answer::NoEnum
    }
}

impl std::error::Error for Answer {}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a type was asked for its variants")
    }
}
