//! Which message ends a stream ([`CloseRule`]) and why a connection is closed ([`CloseReason`]).

use std::{fmt, sync::Arc};

use crate::{
    error::Error,
    message::{Frame, MESSAGE, Message},
    sys::guarded,
};

/// The event name that ends a stream unless another rule is given.
const CLOSE: &str = "close";

/// Which message ends the stream for good.
///
/// A server cannot end a stream by ending its response, because the browser then [reconnects]. So servers
/// send a last message instead, and the client closes the connection while it dispatches that message, before
/// any reconnect.
///
/// | rule | ends the stream at | is that message delivered? |
/// |---|---|---|
/// | [`event("close")`](Self::event), the default | an event of that name | if its name was subscribed to |
/// | [`data("[DONE]")`](Self::data) | a message with exactly that data | no: a sentinel is a mark, not a message |
/// | [`event_with_data("end", "ok")`](Self::event_with_data) | an event of that name with exactly that data | no: likewise |
/// | [`when(predicate)`](Self::when) | the first message that makes it return `true` | if its name was subscribed to |
/// | [`never()`](Self::never) | nothing | |
/// | [`a.or(b)`](Self::or) | a message that meets `a` or `b` | as that rule says |
///
/// Delivered or not, the message is kept in [`CloseReason::Rule`].
///
/// The browser's `EventSource` delivers only events with a listener. A rule with a name adds a listener for
/// it; `data` and `when` see the names that a stream or a callback listens for, and unnamed messages. Over
/// `fetch()` they see every message.
///
/// ```
/// use wasm_eventsource::{CloseRule, EventSource};
///
/// let reply = EventSource::new("/reply").close_on(CloseRule::data("[DONE]"));
/// let job = EventSource::new("/job").event("progress").close_on("finished"); // an event name
/// let endless = EventSource::new("/prices").close_on(CloseRule::never());
/// let full = EventSource::new("/job")
///     .event("progress")
///     .close_on(CloseRule::when(|frame| frame.data() == "100"));
/// ```
///
/// [reconnects]: https://html.spec.whatwg.org/multipage/server-sent-events.html#reestablish-the-connection
pub struct CloseRule {
    /// The names that need a listener for the rule to work.
    names: Vec<Arc<str>>,
    judge: Box<dyn Fn(&Frame<'_>) -> Verdict>,
}

/// The verdict of a close rule on one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A message like any other.
    Continue,
    /// The last message of the stream.
    Last,
    /// The mark after the last message, which is not delivered.
    Mark,
}

impl CloseRule {
    fn new(name: Arc<str>, judge: impl Fn(&Frame<'_>) -> Verdict + 'static) -> Self {
        CloseRule {
            names: vec![name],
            judge: Box::new(judge),
        }
    }

    /// Ends the stream at the first event of this name. The default rule is `event("close")`.
    pub fn event(name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        CloseRule::new(Arc::clone(&name), move |frame| {
            Verdict::Last.when(frame.event_type() == &*name)
        })
    }

    /// Ends the stream at the first message whose data is exactly this, `[DONE]` for example.
    pub fn data(sentinel: impl Into<Box<str>>) -> Self {
        let data = sentinel.into();
        CloseRule::new(Arc::from(MESSAGE), move |frame| {
            Verdict::Mark.when(frame.data() == &*data)
        })
    }

    /// Ends the stream at the first event of this name with exactly this data.
    pub fn event_with_data(name: impl Into<Arc<str>>, sentinel: impl Into<Box<str>>) -> Self {
        let (name, data) = (name.into(), sentinel.into());
        CloseRule::new(Arc::clone(&name), move |frame| {
            Verdict::Mark.when(frame.data() == &*data && frame.event_type() == &*name)
        })
    }

    /// Ends the stream at the first message for which the predicate returns `true`. That message is
    /// delivered, if its name was subscribed to, and is the last. A predicate that throws a JavaScript
    /// exception counts as `false`.
    ///
    /// The predicate is freed with the last handle of the connection. So it must not own a handle (a
    /// [`Connection`](crate::Connection) or a stream), or neither is ever freed. It may own a
    /// [`CloseHandle`](crate::CloseHandle).
    pub fn when(predicate: impl Fn(&Frame<'_>) -> bool + 'static) -> Self {
        CloseRule::new(Arc::from(MESSAGE), move |frame| {
            let mut met = false;
            guarded(|| met = predicate(frame));
            Verdict::Last.when(met)
        })
    }

    /// Ends the stream when this rule or the other is met; this rule is checked first.
    ///
    /// ```
    /// use wasm_eventsource::CloseRule;
    ///
    /// let rule = CloseRule::default().or(CloseRule::data("[DONE]"));
    /// ```
    #[must_use]
    pub fn or(mut self, other: impl Into<CloseRule>) -> Self {
        let other = other.into();
        let (first, second) = (self.judge, other.judge);
        self.names.extend(other.names);
        self.judge = Box::new(move |frame| match first(frame) {
            Verdict::Continue => second(frame),
            verdict => verdict,
        });
        self
    }

    /// No message ends the stream.
    pub fn never() -> Self {
        CloseRule {
            names: Vec::new(),
            judge: Box::new(|_| Verdict::Continue),
        }
    }

    /// The names that need a listener for this rule to work, subscribed to or not.
    pub(crate) fn listens_for(&self) -> &[Arc<str>] {
        &self.names
    }

    pub(crate) fn judge(&self, frame: &Frame<'_>) -> Verdict {
        (self.judge)(frame)
    }
}

impl Verdict {
    /// This verdict if the rule is met.
    fn when(self, met: bool) -> Verdict {
        if met { self } else { Verdict::Continue }
    }
}

impl Default for CloseRule {
    /// `event("close")`
    fn default() -> Self {
        CloseRule::event(CLOSE)
    }
}

impl From<&str> for CloseRule {
    /// An event name.
    fn from(name: &str) -> Self {
        CloseRule::event(name)
    }
}

impl From<String> for CloseRule {
    /// An event name.
    fn from(name: String) -> Self {
        CloseRule::event(name)
    }
}

impl fmt::Debug for CloseRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloseRule")
            .field("listens_for", &self.names)
            .finish_non_exhaustive()
    }
}

/// Why a connection is closed.
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_eventsource::Error> {
/// use futures_util::StreamExt;
/// use wasm_eventsource::{CloseReason, EventSource};
///
/// let mut events = EventSource::new("/sse").stream()?;
/// while events.next().await.is_some() {}
/// if let Some(CloseReason::Rule(message)) = events.close_reason() {
///     println!("the server's last words: {}", message.data());
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// This message met the close rule.
    Rule(Message),
    /// The program closed it: by `close()`, a [`CloseHandle`](crate::CloseHandle) or an abort signal.
    Called,
    /// The server ended it: with the status 204, or by ending the response to a request that is not sent
    /// again. The browser's `EventSource` does not report this.
    Ended,
    /// The connection failed for good.
    Failed(Error),
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloseReason::Rule(message) => {
                write!(f, "the event {:?} met the close rule", message.event_type())
            }
            CloseReason::Called => f.write_str("the program closed it"),
            CloseReason::Ended => f.write_str("the server ended it"),
            CloseReason::Failed(error) => error.fmt(f),
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judge(rule: CloseRule, event_type: &str, data: &str) -> Verdict {
        rule.judge(&Frame::new(event_type, data))
    }

    #[test]
    fn the_default_rule_is_the_event_named_close() {
        assert_eq!(
            judge(CloseRule::default(), "close", "any data"),
            Verdict::Last
        );
        assert_eq!(
            judge(CloseRule::default(), "message", "close"),
            Verdict::Continue
        );
        assert_eq!(judge(CloseRule::default(), "Close", ""), Verdict::Continue);
    }

    #[test]
    fn a_sentinel_is_a_mark_under_any_name() {
        assert_eq!(
            judge(CloseRule::data("[DONE]"), "message", "[DONE]"),
            Verdict::Mark
        );
        assert_eq!(
            judge(CloseRule::data("[DONE]"), "token", "[DONE]"),
            Verdict::Mark
        );
        assert_eq!(
            judge(CloseRule::data("[DONE]"), "message", "[DONE] "),
            Verdict::Continue
        );
    }

    #[test]
    fn a_name_and_a_sentinel_must_both_be_met() {
        let rule = || CloseRule::event_with_data("end", "ok");
        assert_eq!(judge(rule(), "end", "ok"), Verdict::Mark);
        assert_eq!(judge(rule(), "end", "no"), Verdict::Continue);
        assert_eq!(judge(rule(), "message", "ok"), Verdict::Continue);
    }

    #[test]
    fn either_rule_ends_the_stream_in_its_own_way() {
        let rule = || CloseRule::default().or(CloseRule::data("[DONE]")).or("bye");
        assert_eq!(judge(rule(), "close", ""), Verdict::Last);
        assert_eq!(judge(rule(), "message", "[DONE]"), Verdict::Mark);
        assert_eq!(
            judge(rule(), "close", "[DONE]"),
            Verdict::Last,
            "the first is asked first"
        );
        assert_eq!(judge(rule(), "bye", ""), Verdict::Last);
        assert_eq!(judge(rule(), "message", "bye"), Verdict::Continue);
    }

    #[test]
    fn each_rule_says_which_names_it_needs() {
        let names = |rule: CloseRule| rule.listens_for().join(" ");
        assert_eq!(names(CloseRule::default()), "close");
        assert_eq!(names(CloseRule::data("x")), "message");
        assert_eq!(names(CloseRule::event_with_data("e", "x")), "e");
        assert_eq!(names(CloseRule::when(|_| true)), "message");
        assert_eq!(names(CloseRule::never()), "");
        assert_eq!(
            names(CloseRule::event("a").or(CloseRule::data("x"))),
            "a message"
        );
    }

    proptest! {
        #[test]
        fn never_ends_at_nothing(event_type: String, data: String) {
            prop_assert_eq!(judge(CloseRule::never(), &event_type, &data), Verdict::Continue);
        }

        #[test]
        fn a_rule_on_a_name_and_data_is_the_conjunction_of_both(
            name in "[ab]", data in "[xy]", event_type in "[ab]", sent in "[xy]",
        ) {
            let rule = CloseRule::event_with_data(name.clone(), data.clone());
            let expected = name == event_type && data == sent;
            prop_assert_eq!(judge(rule, &event_type, &sent) == Verdict::Mark, expected);
        }
    }
}
