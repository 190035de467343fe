//! A question to the language model, and its reply, token by token.

use std::fmt;

use serde::{Deserialize, Serialize};
use wasm_eventsource::{CloseReason, CloseRule, Error, EventSource, EventStream, OpenError, State};

use crate::page_key;

/// What is asked. No two are equal, so that the same words can be asked again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    prompt: String,
    #[serde(skip)]
    number: u32,
}

impl Question {
    /// The question after this one, if there was one.
    pub fn after(before: Option<&Question>, prompt: String) -> Self {
        let number = 1 + before.map_or(0, |before| before.number);
        Question { prompt, number }
    }

    /// The server's name for the stream of the reply.
    pub fn key(&self) -> String {
        format!("{}-reply-{}", page_key(), self.number)
    }

    /// Asks it, which opens the stream of its reply.
    pub fn ask(&self) -> Result<EventStream<Token>, OpenError> {
        EventSource::fetch(format!("/reply?key={}", self.key()))
            .method("POST")
            .json(self)
            .close_on(CloseRule::data("[DONE]"))
            .typed_event("message")
    }
}

/// `data: {"token":"Hel"}`
#[derive(Debug, Deserialize)]
pub struct Token {
    token: String,
}

/// How far a reply is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Progress {
    /// Nothing was asked for.
    Idle,
    Streaming,
    Complete,
    Stopped,
    Failed,
}

impl Progress {
    /// Before the first question the connection is closed, too.
    pub fn new(question: Option<&Question>, state: &State) -> Self {
        match state {
            _ if question.is_none() => Progress::Idle,
            State::Closed(CloseReason::Called) => Progress::Stopped,
            State::Closed(CloseReason::Rule(_)) => Progress::Complete,
            State::Closed(_) => Progress::Failed,
            _ => Progress::Streaming,
        }
    }

    pub fn is_streaming(self) -> bool {
        self == Progress::Streaming
    }
}

/// One word, for the style sheet and for people.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Progress::Idle => "idle",
            Progress::Streaming => "streaming",
            Progress::Complete => "complete",
            Progress::Stopped => "stopped",
            Progress::Failed => "failed",
        })
    }
}

/// What has come of a reply.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    pub text: String,
    pub tokens: u32,
}

impl Reply {
    pub fn fold(&mut self, token: Result<Token, Error>) {
        if let Ok(Token { token }) = token {
            self.text += &token;
            self.tokens += 1;
        }
    }

    /// How far it is, and how many tokens came.
    pub fn note(&self, progress: Progress) -> String {
        let tokens = self.tokens;
        match progress {
            Progress::Idle => String::new(),
            Progress::Streaming if tokens == 0 => "asking …".to_owned(),
            Progress::Streaming => format!("{tokens} tokens"),
            _ => format!("{progress}: {tokens} tokens"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_another_question() {
        let first = Question::after(None, "Why?".to_owned());
        let second = Question::after(Some(&first), "Why?".to_owned());
        assert_ne!(first, second);
    }

    #[test]
    fn what_is_closed_before_any_question_is_idle() {
        let closed = State::Closed(CloseReason::Called);
        let question = Question::after(None, "Why?".to_owned());
        assert_eq!(Progress::new(None, &closed), Progress::Idle);
        assert_eq!(Progress::new(Some(&question), &closed), Progress::Stopped);
    }
}
