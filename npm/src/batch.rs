//! Batches of events for JavaScript. A call for each event, and decoding the texts of each, would cost more
//! than the rest of the work for a small event.

use wasm_eventsource::Frame;

/// Some events of one stream and one origin. A type or ID that equals that of the previous event, in this
/// batch or an earlier one, is not repeated.
#[derive(Default)]
pub(super) struct Batch {
    /// The event types and last event IDs that changed, concatenated.
    pub names: String,
    /// The data of the events, concatenated.
    pub data: String,
    /// For each event, the lengths of its type, its last event ID and its data, in UTF-16 code units.
    pub lengths: Vec<u32>,
    pub origin: String,
    event_type: String,
    last_event_id: String,
}

/// Stands for the length of a name that has not changed.
const SAME: u32 = u32::MAX;

/// The bytes of data, or events, at which a batch is full. A batch is limited because JavaScript keeps the
/// text of the whole batch while it keeps one event.
const MOST_BYTES: usize = 16 * 1024;
const MOST_EVENTS: usize = 256;

impl Batch {
    /// Whether the event can be added: its origin is that of the others.
    pub fn takes(&self, frame: &Frame<'_>) -> bool {
        self.is_empty() || self.origin == frame.origin()
    }

    pub fn add(&mut self, frame: &Frame<'_>) {
        self.add_names(frame);
        self.data.push_str(frame.data());
    }

    /// Adds an event without its data.
    pub fn add_names(&mut self, frame: &Frame<'_>) {
        if self.is_empty() {
            replace(&mut self.origin, frame.origin());
        }
        let names = [
            (&mut self.event_type, frame.event_type()),
            (&mut self.last_event_id, frame.last_event_id()),
        ];
        let [event_type, last_event_id] = names.map(|(last, name)| {
            if last == name {
                return SAME;
            }
            replace(last, name);
            self.names.push_str(name);
            utf16_len(name)
        });
        let data = utf16_len(frame.data());
        self.lengths.extend([event_type, last_event_id, data]);
    }

    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.data.len() >= MOST_BYTES || self.lengths.len() >= 3 * MOST_EVENTS
    }

    /// Removes the events after they were sent.
    pub fn clear(&mut self) {
        self.names.clear();
        self.data.clear();
        self.lengths.clear();
    }
}

/// Whether an event is too large to copy into a batch.
pub(super) fn is_large(frame: &Frame<'_>) -> bool {
    frame.data().len() >= MOST_BYTES
}

fn replace(text: &mut String, by: &str) {
    text.clear();
    text.push_str(by);
}

fn utf16_len(text: &str) -> u32 {
    let length = if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    };
    // Wasm's memory cannot hold a longer text.
    length as u32
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads batches as JavaScript does.
    #[derive(Default)]
    struct Reader {
        event_type: String,
        last_event_id: String,
    }

    impl Reader {
        fn read(&mut self, batch: &Batch) -> Vec<[String; 4]> {
            let names: Vec<u16> = batch.names.encode_utf16().collect();
            let data: Vec<u16> = batch.data.encode_utf16().collect();
            let (mut names, mut data) = (&names[..], &data[..]);
            let take = |from: &mut &[u16], length: u32| {
                let (taken, rest) = from.split_at(length as usize);
                *from = rest;
                String::from_utf16(taken).unwrap()
            };
            let mut events = Vec::new();
            for lengths in batch.lengths.chunks(3) {
                if lengths[0] != SAME {
                    self.event_type = take(&mut names, lengths[0]);
                }
                if lengths[1] != SAME {
                    self.last_event_id = take(&mut names, lengths[1]);
                }
                events.push([
                    self.event_type.clone(),
                    self.last_event_id.clone(),
                    take(&mut data, lengths[2]),
                    batch.origin.clone(),
                ]);
            }
            assert!(
                names.is_empty() && data.is_empty(),
                "all texts are somebody's"
            );
            events
        }
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            events in prop::collection::vec(("[aé🦀]{0,2}", "[1é🦀]{0,2}", ".{0,40}", "[hi]"), 0..40),
            stops in prop::collection::vec(any::<bool>(), 40),
        ) {
            let (mut batch, mut reader) = (Batch::default(), Reader::default());
            let mut seen = Vec::new();
            for ((event_type, id, data, origin), stop) in events.iter().zip(stops) {
                let frame = Frame::new(event_type, &**data)
                    .with_last_event_id(&**id)
                    .with_origin(origin);
                if stop || !batch.takes(&frame) {
                    seen.extend(reader.read(&batch));
                    batch.clear();
                }
                batch.add(&frame);
            }
            seen.extend(reader.read(&batch));
            let sent = events
                .into_iter()
                .map(|(event_type, id, data, origin)| [event_type, id, data, origin]);
            prop_assert_eq!(seen, sent.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_batch_is_full_by_its_bytes_or_by_its_events() {
        let mut batch = Batch::default();
        for _ in 0..MOST_EVENTS {
            assert!(!batch.is_full());
            batch.add(&Frame::new("a", ""));
        }
        assert!(batch.is_full());
        batch.clear();
        assert!(batch.is_empty() && !batch.is_full());
        batch.add(&Frame::new("a", "x".repeat(MOST_BYTES)));
        assert!(batch.is_full());
    }
}
