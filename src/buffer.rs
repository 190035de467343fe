//! What waits between the browser and the stream, and what happens when it is too much.

use std::collections::VecDeque;

use crate::{Error, Lifecycle, Message};

/// How many messages wait for a stream that is not polled.
///
/// | policy | keeps | for |
/// |---|---|---|
/// | [`unbounded`](Self::unbounded), the default | all of them | streams that are read to their end |
/// | [`drop_oldest(n)`](Self::drop_oldest) | the newest `n` | feeds that may outrun their reader |
/// | [`latest`](Self::latest) | the newest | values of which only the last counts |
///
/// Dropped messages are counted, and where they are missing the stream yields one
/// [`Error::Lagged`] and goes on. A close rule sees every message, dropped later or not; the message
/// that meets it is the newest and so is delivered. Changes of the connection are never dropped.
///
/// The browser pushes its events, so nothing can hold the server back. A callback has no buffer: it
/// sees every message at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Buffer {
    /// `None` for no limit.
    limit: Option<usize>,
}

impl Buffer {
    /// Keeps every message.
    pub fn unbounded() -> Self {
        Buffer { limit: None }
    }

    /// Keeps the newest `limit` messages. There must be room for one: opening with a limit of 0 is
    /// an error.
    pub fn drop_oldest(limit: usize) -> Self {
        Buffer { limit: Some(limit) }
    }

    /// Keeps the newest message.
    pub fn latest() -> Self {
        Buffer::drop_oldest(1)
    }

    pub(crate) fn is_bounded(self) -> bool {
        self.limit.is_some()
    }

    pub(crate) fn has_room(self) -> bool {
        self.limit != Some(0)
    }
}

/// The waiting items, in order.
#[derive(Default)]
pub(crate) struct Inbox {
    buffer: Buffer,
    items: VecDeque<Item>,
    messages: usize,
}

enum Item {
    Came(Lifecycle<Message>),
    /// So many messages are missing here.
    Gap(u64),
}

impl Inbox {
    pub fn new(buffer: Buffer) -> Self {
        Inbox {
            buffer,
            ..Inbox::default()
        }
    }

    /// Whether messages may be dropped while they wait.
    pub fn is_bounded(&self) -> bool {
        self.buffer.is_bounded()
    }

    pub fn push(&mut self, item: Lifecycle<Message>) {
        if matches!(item, Lifecycle::Message(_)) {
            if self
                .buffer
                .limit
                .is_some_and(|limit| self.messages >= limit)
            {
                self.drop_oldest();
            }
            self.messages += 1;
        }
        self.items.push_back(Item::Came(item));
    }

    pub fn pop(&mut self) -> Option<Result<Lifecycle<Message>, Error>> {
        match self.items.pop_front()? {
            Item::Came(item) => {
                if matches!(item, Lifecycle::Message(_)) {
                    self.messages -= 1;
                }
                Some(Ok(item))
            }
            Item::Gap(dropped) => Some(Err(Error::Lagged { dropped })),
        }
    }

    /// Puts a gap in the place of the oldest message, or widens the one before it.
    fn drop_oldest(&mut self) {
        let is_message = |item: &Item| matches!(item, Item::Came(Lifecycle::Message(_)));
        let Some(oldest) = self.items.iter().position(is_message) else {
            return;
        };
        self.messages -= 1;
        if let Some(Item::Gap(dropped)) =
            oldest.checked_sub(1).and_then(|at| self.items.get_mut(at))
        {
            *dropped += 1;
            self.items.remove(oldest);
        } else {
            self.items[oldest] = Item::Gap(1);
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::Frame;
    use proptest::prelude::*;

    fn message(n: usize) -> Lifecycle<Message> {
        Lifecycle::Message(Frame::new("message", n.to_string()).into_owned())
    }

    /// What a reader sees: numbers, gaps as `-n`, changes of the connection as `o`.
    fn seen(inbox: &mut Inbox) -> Vec<String> {
        let mut seen = Vec::new();
        while let Some(item) = inbox.pop() {
            seen.push(match item {
                Ok(Lifecycle::Message(message)) => message.data().to_owned(),
                Ok(_) => "o".to_owned(),
                Err(Error::Lagged { dropped }) => format!("-{dropped}"),
                Err(other) => panic!("{other}"),
            });
        }
        seen
    }

    #[test]
    fn a_full_buffer_drops_its_oldest_and_says_how_many_where_they_were() {
        let mut inbox = Inbox::new(Buffer::drop_oldest(2));
        inbox.push(Lifecycle::Opened);
        (1..=5).for_each(|n| inbox.push(message(n)));
        assert_eq!(seen(&mut inbox), ["o", "-3", "4", "5"]);
        inbox.push(message(6));
        assert_eq!(seen(&mut inbox), ["6"], "a gap is told once");
    }

    #[test]
    fn latest_keeps_the_newest() {
        let mut inbox = Inbox::new(Buffer::latest());
        (1..=100).for_each(|n| inbox.push(message(n)));
        assert_eq!(seen(&mut inbox), ["-99", "100"]);
    }

    #[test]
    fn changes_of_the_connection_keep_their_places_and_are_not_counted() {
        let mut inbox = Inbox::new(Buffer::drop_oldest(1));
        for n in 1..=3 {
            inbox.push(Lifecycle::Opened);
            inbox.push(message(n));
        }
        assert_eq!(seen(&mut inbox), ["o", "-1", "o", "-1", "o", "3"]);
    }

    proptest! {
        /// Against the obvious: every item in a list, the surplus messages struck out.
        #[test]
        fn nothing_is_lost_uncounted(
            limit in 1usize..5,
            steps in prop::collection::vec(prop_oneof![Just('m'), Just('m'), Just('o'), Just('p')], 0..60),
        ) {
            let mut inbox = Inbox::new(Buffer::drop_oldest(limit));
            let (mut sent, mut received, mut told) = (0, 0, 0);
            let mut last = 0;
            for step in steps {
                match step {
                    'm' => {
                        sent += 1;
                        inbox.push(message(sent));
                    }
                    'o' => inbox.push(Lifecycle::Opened),
                    _ => match inbox.pop() {
                        Some(Ok(Lifecycle::Message(message))) => {
                            let n: usize = message.data().parse().unwrap();
                            prop_assert!(n > last, "in order");
                            last = n;
                            received += 1;
                        }
                        Some(Err(Error::Lagged { dropped })) => told += dropped,
                        _ => {}
                    },
                }
                prop_assert!(inbox.messages <= limit);
            }
            for item in seen(&mut inbox) {
                match item.strip_prefix('-') {
                    Some(dropped) => told += dropped.parse::<u64>().unwrap(),
                    None if item != "o" => received += 1,
                    None => {}
                }
            }
            prop_assert_eq!(received + told as usize, sent);
        }
    }
}
