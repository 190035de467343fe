//! Asks an enum for the names of its variants.
//!
//! A derived `Deserialize` passes the names of the variants to its deserializer. This one records them and
//! returns an error, so that no value is made.

use std::fmt;

use serde::{
    Deserialize,
    de::{self, Visitor},
};

use super::wrapped::{Core, Wrapped};

/// The names of the type's variants; `None` if it is not an enum, or an enum that does not pass them
/// (untagged, internally or adjacently tagged).
pub(super) fn variants<'de, T: Deserialize<'de>>() -> Option<&'static [&'static str]> {
    match T::deserialize(Wrapped::new(Probe)) {
        Err(Answer::Variants(names)) => Some(names),
        Ok(_) | Err(Answer::NoEnum) => None,
    }
}

/// The result of the probe. It is an error, because a deserializer without a value can return only an error.
#[derive(Debug)]
enum Answer {
    Variants(&'static [&'static str]),
    NoEnum,
}

struct Probe;

impl<'de> Core<'de> for Probe {
    type Error = Answer;

    fn read_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        // A mistake: `Ok` and `Err` are not event names.
        if (name, variants) == ("Result", &["Ok", "Err"]) {
            return Err(Answer::NoEnum);
        }
        Err(Answer::Variants(variants))
    }

    fn event_type(&self) -> &'de str {
        ""
    }

    fn last_event_id(&self) -> &'de str {
        ""
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
