//! One event name, and everybody who wants its messages.

use std::{rc::Rc, sync::Arc};

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
    /// The topic of this name; a new one is added if there is none.
    pub fn named(
        topics: &mut Vec<Rc<Self>>,
        name: Arc<str>,
        streamed: bool,
    ) -> Result<Rc<Self>, OpenError> {
        if let Some(known) = topics.iter().find(|topic| topic.name == name) {
            return Ok(Rc::clone(known));
        }
        let topic = Topic::new(name, streamed)?;
        topics.push(Rc::clone(&topic));
        Ok(topic)
    }

    pub fn new(name: Arc<str>, streamed: bool) -> Result<Rc<Self>, OpenError> {
        if name.is_empty() || name.contains(['\n', '\r']) {
            return Err(OpenError::InvalidEventName {
                name: name.to_string(),
            });
        }
        Ok(Rc::new(Topic {
            name,
            streamed,
            callbacks: Callbacks::default(),
        }))
    }
}
