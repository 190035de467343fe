//! A connection's state in a badge.

use wasm_eventsource::{CloseReason, State};

/// The state for style sheets, of which each has a colour.
pub fn kind(state: &State) -> &'static str {
    match state {
        State::Connecting => "connecting",
        State::Open => "open",
        State::Reconnecting { .. } => "reconnecting",
        State::Closed(CloseReason::Failed(_)) => "failed",
        _ => "closed",
    }
}

/// The state for people, in few words.
pub fn badge(state: &State) -> String {
    match state {
        State::Reconnecting { attempt, .. } => format!("reconnecting, attempt {attempt}"),
        State::Closed(CloseReason::Rule(_)) => "closed by the server".to_owned(),
        State::Closed(CloseReason::Called) => "closed by this page".to_owned(),
        _ => kind(state).to_owned(),
    }
}
