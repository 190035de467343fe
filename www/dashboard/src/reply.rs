//! A question to the language model, and its reply, token by token.

use serde::{Deserialize, Serialize};
use wasm_eventsource::{CloseReason, Error, State};

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

    pub fn url(&self) -> String {
        format!("/reply?key={}", self.key())
    }
}

/// `data: {"token":"Hel"}`
#[derive(Debug, Deserialize)]
pub struct Token {
    token: String,
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

    /// One word for how far it is. Before the first question nothing was asked for.
    pub fn progress(question: Option<&Question>, state: &State) -> &'static str {
        match state {
            _ if question.is_none() => "idle",
            State::Closed(CloseReason::Called) => "stopped",
            State::Closed(CloseReason::Rule(_)) => "complete",
            State::Closed(_) => "failed",
            _ => "streaming",
        }
    }

    /// The same, and how many tokens came.
    pub fn note(&self, progress: &str) -> String {
        let tokens = self.tokens;
        match progress {
            "idle" => String::new(),
            "streaming" if tokens == 0 => "asking …".to_owned(),
            "streaming" => format!("{tokens} tokens"),
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
        assert_eq!(Reply::progress(None, &closed), "idle");
        assert_eq!(Reply::progress(Some(&question), &closed), "stopped");
    }
}
