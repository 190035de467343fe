//! [`ParserHandoff`], which passes the parser between the task that fills it and the stream that reads it.

use std::{cell::Cell, rc::Rc, sync::Arc};

use crate::parser::Parser;

/// The parser, and the origin of the response that it reads.
#[derive(Clone)]
pub(super) struct Reading {
    pub parser: Parser,
    pub origin: Arc<str>,
}

/// The place of the parser. The task or stream that takes the parser must put it back.
///
/// A frame in the parser is shown to code of the program only when the parser is in its place again: the frame
/// borrows from a second handle. If that code throws an exception, the stack frames that would put the parser
/// back are cut off, and the second handle leaks. The next change of the parser ([`Rc::make_mut`]) then makes a
/// copy.
#[derive(Default)]
enum Place {
    /// In place, for the task to fill.
    Empty(Rc<Reading>),
    /// In place, with unread events.
    Full(Rc<Reading>),
    #[default]
    Taken,
}

pub(super) struct ParserHandoff(Cell<Place>);

impl ParserHandoff {
    pub fn new(parser: Parser) -> Self {
        let origin = Arc::from("");
        ParserHandoff(Cell::new(Place::Empty(Rc::new(Reading { parser, origin }))))
    }

    pub fn take_empty(&self) -> Option<Rc<Reading>> {
        match self.0.take() {
            Place::Empty(parser) => Some(parser),
            other => {
                self.0.set(other);
                None
            }
        }
    }

    pub fn take_full(&self) -> Option<Rc<Reading>> {
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
        let place = self.0.take();
        let is_empty = matches!(place, Place::Empty(_));
        self.0.set(place);
        is_empty
    }

    pub fn put_empty(&self, parser: Rc<Reading>) {
        self.0.set(Place::Empty(parser));
    }

    pub fn put_full(&self, parser: Rc<Reading>) {
        self.0.set(Place::Full(parser));
    }

    /// Looks at the parser while no body is being read.
    pub fn with<T>(&self, look: impl FnOnce(&mut Reading) -> T) -> Option<T> {
        let mut parser = self.take_empty()?;
        let seen = look(Rc::make_mut(&mut parser));
        self.put_empty(parser);
        Some(seen)
    }
}
