//! A language model's reply, token by token.

use serde::Deserialize;
use wasm_eventsource::{CloseReason, Error, State};

/// The data of each message of a reply.
#[derive(Debug, Clone, Deserialize)]
pub struct Token {
    pub token: String,
}

/// What came of a reply so far.
#[derive(Debug, Default)]
pub struct Reply {
    pub text: String,
    pub tokens: u32,
}

impl Reply {
    /// Folds in what came. It is the fold of both apps.
    pub fn take(&mut self, token: Result<Token, Error>) {
        // What went wrong is told by the state.
        if let Ok(Token { token }) = token {
            self.text.push_str(&token);
            self.tokens += 1;
        }
    }
}

/// How far a reply is, for style sheets and for people.
pub fn progress(was_asked: bool, state: &State) -> &'static str {
    match state {
        _ if !was_asked => "idle",
        State::Closed(CloseReason::Rule(_)) => "complete",
        State::Closed(CloseReason::Called) => "stopped",
        State::Closed(_) => "failed",
        _ => "streaming",
    }
}
