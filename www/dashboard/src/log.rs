//! The newest events, newest first.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

const MOST_ROWS: usize = 150;

#[derive(Debug, Clone, Default)]
pub struct Log {
    rows: VecDeque<Arc<Row>>,
    count: u64,
    /// Kept apart from the rows: the browser resumes after it when they are cleared, too.
    last_id: String,
}

#[derive(Debug, PartialEq)]
pub struct Row {
    /// No other row has it, not even one of another log: it is a key in lists.
    pub number: u64,
    pub entry: Entry,
}

/// What is listed of an event.
#[derive(Debug, PartialEq)]
pub struct Entry {
    /// When it was sent, in milliseconds since the epoch, if it says so.
    pub at: Option<u64>,
    pub name: String,
    pub id: String,
    pub text: String,
    /// Whether it is not as expected.
    pub is_wrong: bool,
}

impl Log {
    /// How many events came, with those that are not kept.
    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn last_id(&self) -> Option<&str> {
        (!self.last_id.is_empty()).then_some(&*self.last_id)
    }

    pub fn rows(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.rows.iter()
    }

    pub(crate) fn add(&mut self, entry: Entry) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Relaxed);
        self.count += 1;
        self.last_id.clone_from(&entry.id);
        self.rows.push_front(Arc::new(Row { number, entry }));
        self.rows.truncate(MOST_ROWS);
    }

    /// Forgets the events, but not how many there were, nor the last ID.
    pub fn clear(&mut self) {
        self.rows.clear();
    }
}
