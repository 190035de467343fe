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
}

#[derive(Debug, PartialEq)]
pub struct Row {
    /// No other row has it, not even one of another log: it is a key in lists.
    pub number: u64,
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
        let newest = self.rows.front()?;
        (!newest.id.is_empty()).then_some(&newest.id)
    }

    pub fn rows(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.rows.iter()
    }

    pub(crate) fn add(&mut self, mut row: Row) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        row.number = NEXT.fetch_add(1, Relaxed);
        self.count += 1;
        self.rows.push_front(Arc::new(row));
        self.rows.truncate(MOST_ROWS);
    }

    /// Forgets the events, but not how many there were.
    pub fn clear(&mut self) {
        self.rows.clear();
    }
}
