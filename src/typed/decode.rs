//! A message as a value of an enum.

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, VariantAccess, Visitor, value::StrDeserializer},
};
use serde_json::Error;

use super::{payload::Payload, wrapped::Core};
use crate::message::Frame;

/// The whole message: the event type picks the variant, the data is the content.
pub(super) struct Event<'de>(pub &'de Frame<'de>);

impl<'de> Core<'de> for Event<'de> {
    type Error = Error;

    fn read_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    fn event_type(&self) -> &'de str {
        self.0.event_type()
    }

    fn last_event_id(&self) -> &'de str {
        self.0.last_event_id()
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

    /// Accepts any data or none: the event name is enough.
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
