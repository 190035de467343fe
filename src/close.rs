//! Which message ends a stream ([`CloseRule`]) and why a connection is closed ([`CloseReason`]).

use std::{fmt, sync::Arc};

use crate::{Error, Frame, Message};

/// The event name that ends a stream unless another rule is given.
const CLOSE: &str = "close";

/// The event type of an event that the server did not name.
pub(crate) const MESSAGE: &str = "message";

/// Which message ends the stream for good.
///
/// A server cannot end a stream of server-sent events by itself: when the response ends, the
/// browser [reconnects]. So servers say "that was all" in the stream, and the client obeys: the
/// connection is closed while the message is still being dispatched, before any reconnect.
///
/// | rule | ends the stream at | is that message delivered? |
/// |---|---|---|
/// | [`event("close")`](Self::event), the default | an event of that name | if its name was subscribed to |
/// | [`data("[DONE]")`](Self::data) | a message with exactly that data | no: a sentinel is a mark, not a message |
/// | [`event_with_data("end", "ok")`](Self::event_with_data) | an event of that name with exactly that data | no: likewise |
/// | [`when(predicate)`](Self::when) | the first message for which it says `true` | if its name was subscribed to |
/// | [`never()`](Self::never) | nothing | |
///
/// Delivered or not, the message is kept in [`CloseReason::Rule`].
///
/// A browser hands out only events that are listened for. The name of an `event` rule is always
/// listened for; the rules that look at the message see every name that was subscribed to, and
/// unnamed messages.
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
pub struct CloseRule(Rule);

enum Rule {
    Never,
    Event(Arc<str>),
    Data {
        event: Option<Arc<str>>,
        data: Box<str>,
    },
    When(Box<dyn Fn(&Frame<'_>) -> bool>),
}

/// What a close rule says of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A message like any other.
    Continue,
    /// The last message of the stream.
    Last,
    /// The mark after the last message, and none itself.
    Mark,
}

impl CloseRule {
    /// Ends the stream at the first event of this name. The default rule is `event("close")`.
    pub fn event(name: impl Into<Arc<str>>) -> Self {
        CloseRule(Rule::Event(name.into()))
    }

    /// Ends the stream at the first message whose data is exactly this, `[DONE]` for example.
    pub fn data(sentinel: impl Into<Box<str>>) -> Self {
        CloseRule(Rule::Data {
            event: None,
            data: sentinel.into(),
        })
    }

    /// Ends the stream at the first event of this name with exactly this data.
    pub fn event_with_data(name: impl Into<Arc<str>>, sentinel: impl Into<Box<str>>) -> Self {
        CloseRule(Rule::Data {
            event: Some(name.into()),
            data: sentinel.into(),
        })
    }

    /// Ends the stream at the first message for which the predicate says `true`. That message is
    /// delivered, if its name was subscribed to, and is the last.
    pub fn when(predicate: impl Fn(&Frame<'_>) -> bool + 'static) -> Self {
        CloseRule(Rule::When(Box::new(predicate)))
    }

    /// No message ends the stream.
    pub fn never() -> Self {
        CloseRule(Rule::Never)
    }

    /// The name that must be listened for, subscribed to or not, for this rule to work.
    pub(crate) fn listens_for(&self) -> Option<Arc<str>> {
        match &self.0 {
            Rule::Never => None,
            Rule::Event(name)
            | Rule::Data {
                event: Some(name), ..
            } => Some(Arc::clone(name)),
            Rule::Data { event: None, .. } | Rule::When(_) => Some(Arc::from(MESSAGE)),
        }
    }

    pub(crate) fn judge(&self, frame: &Frame<'_>) -> Verdict {
        let (hit, verdict) = match &self.0 {
            Rule::Never => (false, Verdict::Continue),
            Rule::Event(name) => (frame.event_type() == &**name, Verdict::Last),
            Rule::Data { event, data } => (
                frame.data() == &**data
                    && event
                        .as_ref()
                        .is_none_or(|name| frame.event_type() == &**name),
                Verdict::Mark,
            ),
            Rule::When(predicate) => (predicate(frame), Verdict::Last),
        };
        if hit { verdict } else { Verdict::Continue }
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
        match &self.0 {
            Rule::Never => f.write_str("CloseRule::never()"),
            Rule::Event(name) => write!(f, "CloseRule::event({name:?})"),
            Rule::Data { event: None, data } => write!(f, "CloseRule::data({data:?})"),
            Rule::Data {
                event: Some(name),
                data,
            } => {
                write!(f, "CloseRule::event_with_data({name:?}, {data:?})")
            }
            Rule::When(_) => f.write_str("CloseRule::when(..)"),
        }
    }
}

/// Why a connection is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// This message met the close rule.
    Rule(Message),
    /// The program asked for it: `close()`, a [`CloseHandle`](crate::CloseHandle), a drop.
    Called,
    /// The connection failed for good.
    Failed(Error),
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
    fn each_rule_says_which_name_it_needs() {
        assert_eq!(CloseRule::default().listens_for().as_deref(), Some("close"));
        assert_eq!(
            CloseRule::data("x").listens_for().as_deref(),
            Some("message")
        );
        assert_eq!(
            CloseRule::event_with_data("e", "x")
                .listens_for()
                .as_deref(),
            Some("e")
        );
        assert_eq!(
            CloseRule::when(|_| true).listens_for().as_deref(),
            Some("message")
        );
        assert_eq!(CloseRule::never().listens_for(), None);
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
