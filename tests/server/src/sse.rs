//! Events as bytes, in the words of the standard: an event is a block of fields, and its end is an
//! empty line.

use bytes::{BufMut, Bytes, BytesMut};

/// The media type of an event stream.
pub(crate) const MEDIA_TYPE: &str = "text/event-stream";

/// An event that is being written.
#[derive(Debug, Default)]
#[must_use = "an event is bytes only after `data`"]
pub(crate) struct Event(BytesMut);

impl Event {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The `event` field. The name `message` is left away: it is what an event without the field
    /// is dispatched as.
    pub(crate) fn name(mut self, name: &str) -> Self {
        if name != "message" {
            field(&mut self.0, "event", name);
        }
        self
    }

    /// The `id` field.
    pub(crate) fn id(mut self, id: u64) -> Self {
        field(&mut self.0, "id", &id.to_string());
        self
    }

    /// The `data` fields, one for each line, and the end of the event.
    pub(crate) fn data(mut self, data: &str) -> Bytes {
        for line in data.split('\n') {
            field(&mut self.0, "data", line);
        }
        self.0.put_u8(b'\n');
        self.0.freeze()
    }

    /// The value as JSON, and the end of the event.
    pub(crate) fn json(self, value: &serde_json::Value) -> Bytes {
        self.data(&value.to_string())
    }
}

fn field(to: &mut BytesMut, name: &str, value: &str) {
    to.reserve(name.len() + value.len() + 3);
    to.put_slice(name.as_bytes());
    to.put_slice(b": ");
    to.put_slice(value.as_bytes());
    to.put_u8(b'\n');
}

/// The message by which this server says that there is nothing more to come.
pub(crate) fn close_event() -> Bytes {
    Bytes::from_static(b"event: close\ndata: {\"message\": \"Stream finished\"}\n\n")
}

/// The reconnection time, as a block of its own.
pub(crate) fn retry(milliseconds: u64) -> Bytes {
    Bytes::from(format!("retry: {milliseconds}\n\n"))
}

/// Whether a text can be the value of a field: a line end would start another field.
pub(crate) fn fits_a_field(value: &str) -> bool {
    !value.contains(['\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_its_fields_and_ends_with_an_empty_line() {
        let event = Event::new().name("test").id(7).data("one");
        assert_eq!(event, "event: test\nid: 7\ndata: one\n\n");
    }

    #[test]
    fn the_name_message_is_sent_without_the_event_field() {
        assert_eq!(Event::new().name("message").data("one"), "data: one\n\n");
    }

    #[test]
    fn each_line_of_the_data_is_a_field() {
        assert_eq!(
            Event::new().data("one\n\ntwo"),
            "data: one\ndata: \ndata: two\n\n"
        );
    }
}
