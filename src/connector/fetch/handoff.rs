//! [`ParserHandoff`], which passes the parser between the task that fills it and the stream that reads it.

use std::cell::Cell;

use crate::parser::Parser;

/// The place of the parser. The task or stream that takes the parser must put it back.
#[derive(Default)]
enum Place {
    /// In place, for the task to fill.
    Empty(Box<Parser>),
    /// In place, with unread events.
    Full(Box<Parser>),
    #[default]
    Taken,
}

pub(super) struct ParserHandoff(Cell<Place>);

impl ParserHandoff {
    pub fn new(parser: Parser) -> Self {
        ParserHandoff(Cell::new(Place::Empty(Box::new(parser))))
    }

    pub fn take_empty(&self) -> Option<Box<Parser>> {
        match self.0.take() {
            Place::Empty(parser) => Some(parser),
            other => {
                self.0.set(other);
                None
            }
        }
    }

    pub fn take_full(&self) -> Option<Box<Parser>> {
        match self.0.take() {
            Place::Full(parser) => Some(parser),
            other => {
                self.0.set(other);
                None
            }
        }
    }

    /// Whether the task can fill the parser.
    pub fn is_empty(&self) -> bool {
        self.with(|_| ()).is_some()
    }

    pub fn put_empty(&self, parser: Box<Parser>) {
        self.0.set(Place::Empty(parser));
    }

    pub fn put_full(&self, parser: Box<Parser>) {
        self.0.set(Place::Full(parser));
    }

    /// Looks at the parser while no body is being read.
    pub fn with<T>(&self, look: impl FnOnce(&mut Parser) -> T) -> Option<T> {
        let mut parser = self.take_empty()?;
        let seen = look(&mut parser);
        self.put_empty(parser);
        Some(seen)
    }
}
