//! One event name, and everybody who wants its messages.

use std::{mem, rc::Rc, sync::Arc};

use crate::{Frame, OpenError, callback::Callbacks};

pub(crate) type MessageCallback = dyn FnMut(&Frame<'_>);

/// Everybody who wants the messages of one event type.
pub(crate) struct Topic {
    pub name: Arc<str>,
    /// Whether they go to the stream.
    pub streamed: bool,
    pub callbacks: Callbacks<MessageCallback>,
}

impl Topic {
    pub fn new(name: Arc<str>, streamed: bool) -> Result<Rc<Self>, OpenError> {
        if name.is_empty() || name.bytes().any(|byte| matches!(byte, b'\n' | b'\r')) {
            return Err(OpenError::InvalidEventName {
                name: String::from(&*name),
            });
        }
        Ok(Rc::new(Topic {
            name,
            streamed,
            callbacks: Callbacks::default(),
        }))
    }
}

/// The topics of a connection, each name once, the short ones first: a list is half a map's code, and
/// finds one of a thousand in ten steps, most of which compare lengths only.
#[derive(Default)]
pub(crate) struct Topics(Vec<Rc<Topic>>);

impl Topics {
    pub fn get(&self, name: &str) -> Option<&Rc<Topic>> {
        self.0.get(self.place(name).ok()?)
    }

    /// The topic of this name; a new one is added if there is none.
    pub fn named(&mut self, name: Arc<str>, streamed: bool) -> Result<Rc<Topic>, OpenError> {
        if let Some(topic) = self.get(&name) {
            return Ok(Rc::clone(topic));
        }
        let topic = Topic::new(name, streamed)?;
        self.add(&topic);
        Ok(topic)
    }

    /// Adds a topic whose name is new.
    pub fn add(&mut self, topic: &Rc<Topic>) {
        if let Err(at) = self.place(&topic.name) {
            // `Vec::insert`, without its panic and all that this would print.
            let mut last = Rc::clone(topic);
            for later in self.0.iter_mut().skip(at) {
                mem::swap(later, &mut last);
            }
            self.0.push(last);
        }
    }

    pub fn remove(&mut self, topic: &Rc<Topic>) {
        self.0.retain(|other| !Rc::ptr_eq(other, topic));
    }

    pub fn iter(&self) -> impl Iterator<Item = &Rc<Topic>> {
        self.0.iter()
    }

    /// Where the name is, or where it would have to be.
    fn place(&self, name: &str) -> Result<usize, usize> {
        let wanted = (name.len(), name);
        self.0
            .binary_search_by(|topic| (topic.name.len(), &*topic.name).cmp(&wanted))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_found_once_whatever_the_order_in_which_it_came() {
        let mut topics = Topics::default();
        let names = ["tick", "close", "tick", "", "a", "message", "tick"];
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            topics.named(name.into(), true).expect("a name");
        }
        assert!(topics.named("".into(), true).is_err());
        let all: Vec<&str> = topics.iter().map(|topic| &*topic.name).collect();
        assert_eq!(all, ["a", "tick", "close", "message"]);
        for name in all {
            assert_eq!(&*topics.get(name).expect("it is there").name, name);
        }
        assert!(topics.get("ticks").is_none());
    }
}
