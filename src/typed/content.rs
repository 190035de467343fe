//! Contents other than JSON: [`Text`], [`Envelope`], and a whole [`Message`].
//!
//! Each deserializes as a newtype with a reserved name, which the deserializers of this crate recognise.

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, SeqAccess, Visitor, value::StrDeserializer},
};

use crate::message::Message;

pub(super) const TEXT: &str = "$wasm_eventsource::Text";
pub(super) const ENVELOPE: &str = "$wasm_eventsource::Envelope";
pub(super) const MESSAGE: &str = "$wasm_eventsource::Message";

/// The raw data of an event. It is not parsed as JSON, so decoding it cannot fail.
///
/// `Option<Text>` takes the data `null` for `None`, as JSON does.
///
/// ```
/// use serde::Deserialize;
/// use wasm_eventsource::Text;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Tick(f64),  // JSON
///     Note(Text), // any text
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub String);

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text(text)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text(text.to_owned())
    }
}

impl Serialize for Text {
    /// As a string, so that a server in Rust can share a type.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl<'de> Deserialize<'de> for Text {
    /// Takes the data of an event; in other formats, a string.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                inner: D,
            ) -> Result<Text, D::Error> {
                String::deserialize(inner).map(Text)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Text, E> {
                Ok(Text(text))
            }
        }

        deserializer.deserialize_newtype_struct(TEXT, TextVisitor)
    }
}

/// A decoded value with the event type and last event ID of its message.
///
/// It may wrap the whole enum or the content of one variant. An `Option` goes inside: an `Option` of an
/// `Envelope` is `None` for the data `null`.
///
/// ```
/// use serde::Deserialize;
/// use wasm_eventsource::{Envelope, EventSource};
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Tick(f64),
///     Order(Envelope<Order>),
/// }
///
/// #[derive(Deserialize)]
/// struct Order {
///     amount: u32,
/// }
///
/// # fn main() { let _ = || -> Result<(), wasm_eventsource::Error> {
/// let every_one_with_its_id = EventSource::new("/feed").typed::<Envelope<Feed>>()?;
/// # Ok(()) }; }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Envelope<T> {
    /// The event type.
    pub event_type: String,
    /// The last event ID of the stream when the event was dispatched.
    pub last_event_id: String,
    /// The value.
    pub value: T,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Envelope<T> {
    /// Works for events only: other formats lack these parts.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EnvelopeVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for EnvelopeVisitor<T> {
            type Value = Envelope<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event of wasm-eventsource around its value")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                _: D,
            ) -> Result<Envelope<T>, D::Error> {
                Err(not_an_event(&self))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Envelope<T>, A::Error> {
                Ok(Envelope {
                    event_type: part(&mut parts, 0, &self)?,
                    last_event_id: part(&mut parts, 1, &self)?,
                    value: part(&mut parts, 2, &self)?,
                })
            }
        }

        deserializer.deserialize_newtype_struct(ENVELOPE, EnvelopeVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Message {
    /// Works for events only: other formats lack these parts.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MessageVisitor;

        impl<'de> Visitor<'de> for MessageVisitor {
            type Value = Message;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event of wasm-eventsource")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, _: D) -> Result<Message, D::Error> {
                Err(not_an_event(&self))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Message, A::Error> {
                let event_type: Cow<'_, str> = part(&mut parts, 0, &self)?;
                let data = part(&mut parts, 1, &self)?;
                let last_event_id: Cow<'_, str> = part(&mut parts, 2, &self)?;
                let origin: Cow<'_, str> = part(&mut parts, 3, &self)?;
                Ok(Message::shared(
                    Arc::from(event_type),
                    data,
                    Arc::from(last_event_id),
                    Arc::from(origin),
                ))
            }
        }

        deserializer.deserialize_newtype_struct(MESSAGE, MessageVisitor)
    }
}

/// The error for other formats, which read a newtype as its content.
fn not_an_event<E: de::Error>(wanted: &dyn de::Expected) -> E {
    de::Error::invalid_type(de::Unexpected::NewtypeStruct, wanted)
}

fn part<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(
    parts: &mut A,
    at: usize,
    whole: &dyn de::Expected,
) -> Result<T, A::Error> {
    parts
        .next_element()?
        .ok_or_else(|| de::Error::invalid_length(at, whole))
}

/// The parts of an envelope in order; the deserializer `D` reads the value.
pub(super) struct EnvelopeParts<'de, D> {
    texts: std::array::IntoIter<&'de str, 2>,
    value: Option<D>,
}

impl<'de, D> EnvelopeParts<'de, D> {
    pub fn new(event_type: &'de str, last_event_id: &'de str, value: D) -> Self {
        EnvelopeParts {
            texts: [event_type, last_event_id].into_iter(),
            value: Some(value),
        }
    }
}

impl<'de, D: Deserializer<'de>> SeqAccess<'de> for EnvelopeParts<'de, D> {
    type Error = D::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, D::Error> {
        if let Some(text) = self.texts.next() {
            return seed.deserialize(StrDeserializer::new(text)).map(Some);
        }
        self.value
            .take()
            .map(|value| seed.deserialize(value))
            .transpose()
    }
}
