//! What waits between the browser and the stream, and what happens when it is too much.

use std::collections::VecDeque;

use crate::{Error, Lifecycle, Message};

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
    /// So many items at the front are known to be no messages: each is passed over once.
    ahead: usize,
    lifecycle: bool,
}

/// How soon the reader is to come for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// At once.
    Now,
    /// With the others of its burst.
    Burst,
}

enum Item {
    Came(Lifecycle<Message>),
    /// So many messages are missing here.
    Gap(u64),
    #[cfg(feature = "fetch")]
    Error(Error),
}

impl Item {
    /// Whether it counts as a message.
    fn is_message(&self) -> bool {
        match self {
            Item::Came(item) => matches!(item, Lifecycle::Message(_)),
            Item::Gap(_) => false,
            #[cfg(feature = "fetch")]
            Item::Error(_) => true,
        }
    }
}

impl Inbox {
    /// So many waiting items are nothing special.
    const AT_EASE: usize = 1024;

    pub fn new(buffer: Buffer) -> Self {
        Inbox {
            buffer,
            ..Inbox::default()
        }
    }

    /// Keeps changes of the connection, too. A stream that would pass over them does not let them
    /// pile up.
    pub fn keep_lifecycle(&mut self) {
        self.lifecycle = true;
    }

    /// Keeps the item and says how soon the reader is to come for it; `None` if it was not kept.
    pub fn push(&mut self, item: Lifecycle<Message>) -> Option<Urgency> {
        let is_message = matches!(item, Lifecycle::Message(_));
        if !is_message && !self.lifecycle {
            return None;
        }
        if is_message {
            self.make_room();
        }
        self.items.push_back(Item::Came(item));
        // What waits in a bounded buffer may be dropped: the reader is to come for each.
        Some(if is_message && self.buffer.limit.is_none() {
            Urgency::Burst
        } else {
            Urgency::Now
        })
    }

    /// Keeps an error in the place of the message that it is about.
    #[cfg(feature = "fetch")]
    pub fn push_error(&mut self, error: Error) {
        self.make_room();
        self.items.push_back(Item::Error(error));
    }

    /// Counts one message more.
    fn make_room(&mut self) {
        if self
            .buffer
            .limit
            .is_some_and(|limit| self.messages >= limit)
        {
            self.drop_oldest();
        }
        self.messages += 1;
    }

    pub fn pop(&mut self) -> Option<Result<Lifecycle<Message>, Error>> {
        let Some(item) = self.items.pop_front() else {
            // The memory of a burst is given back when it has been read.
            if self.items.capacity() > Self::AT_EASE {
                self.items = VecDeque::new();
            }
            return None;
        };
        self.ahead = self.ahead.saturating_sub(1);
        if item.is_message() {
            self.messages -= 1;
        }
        match item {
            Item::Came(item) => Some(Ok(item)),
            Item::Gap(dropped) => Some(Err(Error::Lagged { dropped })),
            #[cfg(feature = "fetch")]
            Item::Error(error) => Some(Err(error)),
        }
    }

    /// Puts a gap in the place of the oldest message, or widens the one before it.
    fn drop_oldest(&mut self) {
        while self
            .items
            .get(self.ahead)
            .is_some_and(|item| !item.is_message())
        {
            self.ahead += 1;
        }
        let oldest = self.ahead;
        self.messages -= 1;
        let before = oldest.checked_sub(1).and_then(|at| self.items.get_mut(at));
        if let Some(Item::Gap(dropped)) = before {
            *dropped += 1;
            self.remove(oldest);
        } else if let Some(item) = self.items.get_mut(oldest) {
            *item = Item::Gap(1);
            self.ahead += 1;
        }
    }

    /// Removes an item over the end that is nearer, as `VecDeque::remove` would with more code.
    fn remove(&mut self, at: usize) {
        let last = self.items.len() - 1;
        if at < last / 2 {
            (0..at).rev().for_each(|at| self.items.swap(at, at + 1));
            self.items.pop_front();
        } else {
            (at..last).for_each(|at| self.items.swap(at, at + 1));
            self.items.pop_back();
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

    fn keeping_all(buffer: Buffer) -> Inbox {
        let mut inbox = Inbox::new(buffer);
        inbox.keep_lifecycle();
        inbox
    }

    #[test]
    fn changes_that_nobody_wants_do_not_pile_up() {
        let mut inbox = Inbox::new(Buffer::unbounded());
        assert_eq!(inbox.push(Lifecycle::Opened), None, "nobody is to be woken");
        assert_eq!(inbox.push(message(1)), Some(Urgency::Burst));
        assert_eq!(seen(&mut inbox), ["1"]);
    }

    #[test]
    fn the_memory_of_a_burst_is_given_back_when_it_was_read() {
        let mut inbox = Inbox::new(Buffer::unbounded());
        (0..10_000).for_each(|n| assert!(inbox.push(message(n)).is_some()));
        assert_eq!(seen(&mut inbox).len(), 10_000);
        assert_eq!(inbox.items.capacity(), 0);
    }

    #[test]
    fn a_full_buffer_drops_its_oldest_and_says_how_many_where_they_were() {
        let mut inbox = keeping_all(Buffer::drop_oldest(2));
        inbox.push(Lifecycle::Opened);
        (1..=5).for_each(|n| assert!(inbox.push(message(n)).is_some()));
        assert_eq!(seen(&mut inbox), ["o", "-3", "4", "5"]);
        inbox.push(message(6));
        assert_eq!(seen(&mut inbox), ["6"], "a gap is told once");
    }

    #[test]
    fn latest_keeps_the_newest() {
        let mut inbox = Inbox::new(Buffer::latest());
        (1..=100).for_each(|n| assert!(inbox.push(message(n)).is_some()));
        assert_eq!(seen(&mut inbox), ["-99", "100"]);
    }

    #[test]
    fn dropping_stays_quick_though_many_changes_wait() {
        const ROUNDS: usize = 100_000;
        let mut inbox = keeping_all(Buffer::latest());
        for n in 1..=ROUNDS {
            inbox.push(Lifecycle::Opened);
            inbox.push(message(n));
        }
        // Were each of them passed over for each message, this would not end today.
        assert_eq!(inbox.items.len(), 2 * ROUNDS);
        assert_eq!(inbox.messages, 1);
    }

    #[test]
    fn changes_of_the_connection_keep_their_places_and_are_not_counted() {
        let mut inbox = keeping_all(Buffer::drop_oldest(1));
        for n in 1..=3 {
            inbox.push(Lifecycle::Opened);
            inbox.push(message(n));
        }
        assert_eq!(seen(&mut inbox), ["o", "-1", "o", "-1", "o", "3"]);
    }

    #[cfg(feature = "fetch")]
    #[test]
    fn an_error_has_a_message_s_place_and_is_dropped_and_counted_as_one() {
        let mut inbox = Inbox::new(Buffer::drop_oldest(2));
        let too_large = || Error::TooLarge { limit: 1 };
        (1..=1000).for_each(|_| inbox.push_error(too_large()));
        inbox.push(message(1));
        assert_eq!(inbox.items.len(), 3);
        assert_eq!(inbox.pop(), Some(Err(Error::Lagged { dropped: 999 })));
        assert_eq!(inbox.pop(), Some(Err(too_large())));
        assert_eq!(seen(&mut inbox), ["1"]);
    }

    proptest! {
        /// Against the obvious: every item in a list, the surplus messages struck out.
        #[test]
        fn nothing_is_lost_uncounted(
            limit in 1usize..5,
            steps in prop::collection::vec(prop_oneof![Just('m'), Just('m'), Just('o'), Just('p')], 0..60),
        ) {
            let mut inbox = keeping_all(Buffer::drop_oldest(limit));
            let (mut sent, mut received, mut told) = (0, 0, 0);
            let mut last = 0;
            for step in steps {
                match step {
                    'm' => {
                        sent += 1;
                        prop_assert_eq!(inbox.push(message(sent)), Some(Urgency::Now));
                    }
                    'o' => prop_assert_eq!(inbox.push(Lifecycle::Opened), Some(Urgency::Now)),
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
