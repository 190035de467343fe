//! [`Buffer`], the limit of a stream's queue, and the [`Queue`].

use std::collections::VecDeque;

use crate::{error::Error, lifecycle::Lifecycle, message::Message};

/// How many messages may wait in a stream's queue until they are polled.
///
/// | policy | keeps | for |
/// |---|---|---|
/// | [`unbounded`](Self::unbounded), the default | all of them | streams that are read to their end |
/// | [`drop_oldest(n)`](Self::drop_oldest) | the newest `n` | feeds that may outrun their reader |
/// | [`latest`](Self::latest) | the newest | values of which only the last counts |
///
/// In the place of dropped messages the stream yields one [`Error::Lagged`], with their number, and goes on.
/// A close rule sees every message before the queue does; a message that meets it is the newest, and is never
/// dropped. A [`LifecycleStream`](crate::LifecycleStream) keeps all changes of the connection.
///
/// The browser's `EventSource` pushes its events, so it has no backpressure. Over `fetch()` a stream without
/// a buffer reads only when it is polled, and a stream with any buffer reads ahead. Callbacks have no buffer:
/// they are called with each message when it is read.
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
    /// `None` for no limit. Opening rejects 0.
    limit: Option<usize>,
}

impl Buffer {
    /// Keeps every message.
    pub fn unbounded() -> Self {
        Buffer { limit: None }
    }

    /// Keeps the newest `limit` messages. Opening with a limit of 0 is an error.
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

/// The items that wait for one stream, in order.
#[derive(Default)]
pub(crate) struct Queue {
    limit: Option<Limit>,
    /// The items before the oldest message: gaps, and changes of the connection between dropped messages.
    front: VecDeque<Item>,
    items: VecDeque<Item>,
    messages: usize,
    lifecycle: bool,
}

/// A buffer, with the code that keeps to its limit: a pointer, so that only apps with a buffer link it.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub buffer: Buffer,
    drop_oldest: fn(&mut Queue),
}

impl From<Buffer> for Limit {
    fn from(buffer: Buffer) -> Self {
        let drop_oldest = Queue::drop_oldest;
        Limit {
            buffer,
            drop_oldest,
        }
    }
}

/// An item of a stream before it is decoded.
pub(crate) type Item = Result<Lifecycle<Message>, Error>;

/// When to wake the reader for an item.
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

    pub fn new(limit: Option<Limit>) -> Self {
        Queue {
            limit,
            ..Queue::default()
        }
    }

    /// Enqueues changes of the connection, too, from now on. Other queues drop them, because their streams
    /// would skip them.
    pub fn keep_lifecycle(&mut self) {
        self.lifecycle = true;
    }

    /// Enqueues the item and returns when to wake the reader; `None` if the item was dropped.
    pub fn push(&mut self, item: Item) -> Option<Urgency> {
        let is_message = is_message(&item);
        if !is_message && !self.lifecycle {
            return None;
        }
        if is_message {
            if let Some(limit) = self.limit
                && limit.buffer.limit == Some(self.messages)
            {
                (limit.drop_oldest)(self);
            }
            self.messages += 1;
        }
        self.items.push_back(item);
        // A bounded buffer may drop the message before a delayed reader runs.
        let is_bounded = self.limit.is_some_and(|limit| limit.buffer.limit.is_some());
        Some(if is_message && !is_bounded {
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

    /// The items that a reader gets: numbers, gaps as `-n`, changes of the connection as `o`.
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

    fn queue(buffer: Buffer) -> Queue {
        Queue::new(Some(buffer.into()))
    }

    fn keeping_all(buffer: Buffer) -> Queue {
        let mut queue = queue(buffer);
        queue.keep_lifecycle();
        queue
    }

    #[test]
    fn changes_that_nobody_wants_do_not_pile_up() {
        let mut queue = queue(Buffer::unbounded());
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
        let mut queue = queue(Buffer::unbounded());
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
        let mut queue = queue(Buffer::latest());
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
        let mut queue = queue(Buffer::drop_oldest(2));
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
