//! [`Buffer`], how many messages may wait for a stream, and the [`Queue`] in which they wait.

use std::collections::VecDeque;

use crate::{error::Error, lifecycle::Lifecycle, message::Message};

/// How many messages wait for a stream that is not polled.
///
/// | policy | keeps | for |
/// |---|---|---|
/// | [`unbounded`](Self::unbounded), the browser's own way | all of them | streams that are read to their end |
/// | [`drop_oldest(n)`](Self::drop_oldest) | the newest `n` | feeds that may outrun their reader |
/// | [`latest`](Self::latest) | the newest | values of which only the last counts |
///
/// Dropped messages are counted, and where they are missing the stream yields one
/// [`Error::Lagged`] and goes on. A close rule sees every message, dropped later or not; one that
/// meets it is the newest, so that it is delivered where its rule and subscription say so. The changes
/// of the connection in a [`LifecycleStream`](crate::LifecycleStream) are kept, all of them.
///
/// The browser's own `EventSource` pushes its events, so nothing can hold the server back. Over
/// `fetch()` a stream without a buffer reads only what it is polled for, and with one, whichever, it reads
/// ahead. A callback has no buffer, and so has a connection that is opened for callbacks alone: they see
/// every message at once.
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_eventsource::Error> {
/// use futures_util::StreamExt;
/// use wasm_eventsource::{Buffer, Error, EventSource};
///
/// let mut prices = EventSource::new("/prices")
///     .buffer(Buffer::drop_oldest(100))
///     .typed_event::<f64>("price")?;
/// while let Some(price) = prices.next().await {
///     match price {
///         Ok(price) => println!("{price}"),
///         Err(Error::Lagged { dropped }) => println!("too slow for {dropped} prices"),
///         Err(error) => println!("{error}"),
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Buffer {
    /// `None` for no limit, otherwise at least 1 where a connection is open.
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

    pub(crate) fn has_room(self) -> bool {
        self.limit != Some(0)
    }
}

/// What waits for one stream, in order.
#[derive(Default)]
pub(crate) struct Queue {
    buffer: Buffer,
    /// What is before the oldest message: gaps, and the changes that were between the dropped messages.
    front: VecDeque<Item>,
    items: VecDeque<Item>,
    messages: usize,
    lifecycle: bool,
}

/// What a stream yields before it is decoded.
pub(crate) type Item = Result<Lifecycle<Message>, Error>;

/// How soon the reader has to be woken for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Urgency {
    /// With the other messages of its burst.
    Burst,
    Now,
}

/// Whether the item is a message, or stands for one that was too large.
fn is_message(item: &Item) -> bool {
    match item {
        Ok(Lifecycle::Message(_)) => true,
        #[cfg(feature = "fetch")]
        Err(Error::TooLarge { .. }) => true,
        _ => false,
    }
}

impl Queue {
    /// An empty queue with a capacity above this gives its memory back.
    const SMALL: usize = 1024;

    pub fn new(buffer: Buffer) -> Self {
        Queue {
            buffer,
            ..Queue::default()
        }
    }

    /// From now on the queue also keeps changes of the connection. A stream that would skip them does not
    /// let them pile up.
    pub fn keep_lifecycle(&mut self) {
        self.lifecycle = true;
    }

    /// Keeps the item and returns how soon the reader has to be woken; `None` if it was not kept.
    pub fn push(&mut self, item: Item) -> Option<Urgency> {
        let is_message = is_message(&item);
        if !is_message && !self.lifecycle {
            return None;
        }
        if is_message {
            if self.buffer.limit == Some(self.messages) {
                self.drop_oldest();
            }
            self.messages += 1;
        }
        self.items.push_back(item);
        // A message in a bounded buffer may be dropped before the reader comes.
        Some(if is_message && self.buffer.limit.is_none() {
            Urgency::Burst
        } else {
            Urgency::Now
        })
    }

    pub fn pop(&mut self) -> Option<Item> {
        if let Some(item) = self.front.pop_front() {
            return Some(item);
        }
        let Some(item) = self.items.pop_front() else {
            if self.items.capacity() > Self::SMALL {
                self.items = VecDeque::new();
            }
            return None;
        };
        self.messages -= usize::from(is_message(&item));
        Some(item)
    }

    /// Replaces the oldest message by a gap, or widens the gap before it.
    fn drop_oldest(&mut self) {
        while let Some(item) = self.items.pop_front() {
            if !is_message(&item) {
                self.front.push_back(item);
                continue;
            }
            self.messages -= 1;
            match self.front.back_mut() {
                Some(Err(Error::Lagged { dropped })) => *dropped += 1,
                _ => self.front.push_back(Err(Error::Lagged { dropped: 1 })),
            }
            return;
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::Frame;
    use proptest::prelude::*;

    fn message(n: usize) -> Item {
        Ok(Lifecycle::Message(
            Frame::new("message", n.to_string()).into_owned(),
        ))
    }

    /// What a reader sees: numbers, gaps as `-n`, changes of the connection as `o`.
    fn seen(queue: &mut Queue) -> Vec<String> {
        let mut seen = Vec::new();
        while let Some(item) = queue.pop() {
            seen.push(match item {
                Ok(Lifecycle::Message(message)) => message.data().to_owned(),
                Ok(_) => "o".to_owned(),
                Err(Error::Lagged { dropped }) => format!("-{dropped}"),
                Err(other) => panic!("{other}"),
            });
        }
        seen
    }

    fn keeping_all(buffer: Buffer) -> Queue {
        let mut queue = Queue::new(buffer);
        queue.keep_lifecycle();
        queue
    }

    #[test]
    fn changes_that_nobody_wants_do_not_pile_up() {
        let mut queue = Queue::new(Buffer::unbounded());
        assert_eq!(
            queue.push(Ok(Lifecycle::Opened)),
            None,
            "no reader has to be woken"
        );
        assert_eq!(queue.push(message(1)), Some(Urgency::Burst));
        assert_eq!(seen(&mut queue), ["1"]);
    }

    #[test]
    fn the_memory_of_a_burst_is_given_back_when_it_was_read() {
        let mut queue = Queue::new(Buffer::unbounded());
        (0..10_000).for_each(|n| assert!(queue.push(message(n)).is_some()));
        assert_eq!(seen(&mut queue).len(), 10_000);
        assert_eq!(queue.items.capacity(), 0);
    }

    #[test]
    fn a_full_buffer_drops_its_oldest_and_says_how_many_where_they_were() {
        let mut queue = keeping_all(Buffer::drop_oldest(2));
        queue.push(Ok(Lifecycle::Opened));
        (1..=5).for_each(|n| assert!(queue.push(message(n)).is_some()));
        assert_eq!(seen(&mut queue), ["o", "-3", "4", "5"]);
        queue.push(message(6));
        assert_eq!(seen(&mut queue), ["6"], "a gap is told once");
    }

    #[test]
    fn latest_keeps_the_newest() {
        let mut queue = Queue::new(Buffer::latest());
        (1..=100).for_each(|n| assert!(queue.push(message(n)).is_some()));
        assert_eq!(seen(&mut queue), ["-99", "100"]);
    }

    #[test]
    fn dropping_stays_quick_though_many_changes_wait() {
        const ROUNDS: usize = 100_000;
        let mut queue = keeping_all(Buffer::latest());
        for n in 1..=ROUNDS {
            queue.push(Ok(Lifecycle::Opened));
            queue.push(message(n));
        }
        // Were each of them passed over for each message, this would not end today.
        assert_eq!(queue.front.len() + queue.items.len(), 2 * ROUNDS);
        assert_eq!(queue.messages, 1);
    }

    #[test]
    fn changes_of_the_connection_keep_their_places_and_are_not_counted() {
        let mut queue = keeping_all(Buffer::drop_oldest(1));
        for n in 1..=3 {
            queue.push(Ok(Lifecycle::Opened));
            queue.push(message(n));
        }
        assert_eq!(seen(&mut queue), ["o", "-1", "o", "-1", "o", "3"]);
    }

    #[cfg(feature = "fetch")]
    #[test]
    fn an_error_has_a_message_s_place_and_is_dropped_and_counted_as_one() {
        let mut queue = Queue::new(Buffer::drop_oldest(2));
        let too_large = || Error::TooLarge { limit: 1 };
        (1..=1000).for_each(|_| assert!(queue.push(Err(too_large())).is_some()));
        queue.push(message(1));
        assert_eq!(queue.front.len() + queue.items.len(), 3);
        assert_eq!(queue.pop(), Some(Err(Error::Lagged { dropped: 999 })));
        assert_eq!(queue.pop(), Some(Err(too_large())));
        assert_eq!(seen(&mut queue), ["1"]);
    }

    proptest! {
        /// Against the obvious: every item in a list, the surplus messages struck out.
        #[test]
        fn nothing_is_lost_uncounted(
            limit in 1usize..5,
            steps in prop::collection::vec(prop_oneof![Just('m'), Just('m'), Just('o'), Just('p')], 0..60),
        ) {
            let mut queue = keeping_all(Buffer::drop_oldest(limit));
            let (mut sent, mut received, mut told) = (0, 0, 0);
            let mut last = 0;
            for step in steps {
                match step {
                    'm' => {
                        sent += 1;
                        prop_assert_eq!(queue.push(message(sent)), Some(Urgency::Now));
                    }
                    'o' => prop_assert_eq!(queue.push(Ok(Lifecycle::Opened)), Some(Urgency::Now)),
                    _ => match queue.pop() {
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
                prop_assert!(queue.messages <= limit);
            }
            for item in seen(&mut queue) {
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
