//! What a page shows at one moment, read in one go, so that the facts belong together.

use serde::Deserialize;

/// Reads the facts. A page has its own share of them; see `facts.js`.
pub const SCRIPT: &str = include_str!("facts.js");

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The server's name for the stream of the readings.
    pub key: String,
    pub state: String,
    pub state_text: String,
    pub ready_state: String,
    pub reason: String,
    pub reason_text: String,
    pub messages: u64,
    pub reconnects: u64,
    pub last_id: String,
    /// The last time that the connection was lost.
    pub last_break: Break,
    /// The ids of the buttons that can be used.
    pub enabled: Vec<String>,
    pub cpu: Chart,
    pub memory: Chart,
    pub cores: String,
    pub memory_text: String,
    pub load_text: String,
    pub log: Log,
    pub reply: Reply,
    pub proof: Proof,
    pub problems: Vec<String>,
    /// The id of the button whose pace is chosen.
    pub pace: String,
    pub clock: String,
    pub clock_key: String,
    /// The text that shows how the server answered a button.
    pub server_answer: String,
    /// The id of the element that has the focus.
    pub focus: String,
    /// The errors and warnings that were written to the console since the page was loaded.
    pub console: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Break {
    pub text: String,
    pub attempt: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Chart {
    pub points: u64,
    /// How much is drawn, in a unit of the page's.
    pub drawn: u64,
    /// Of SVG: how many lines are drawn, in how many pieces the first is, and how many pixels the newest
    /// points are from the right edge.
    pub lines: usize,
    pub pieces: usize,
    pub off: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Log {
    /// Name, id and data of the newest events in the log, newest first.
    pub newest: Vec<[String; 3]>,
    /// The ids of all events in the log, newest first.
    pub ids: Vec<u64>,
    /// The states in the log, oldest first.
    pub states: Vec<String>,
    /// The events that could not be decoded.
    pub undecodable: Vec<[String; 3]>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Reply {
    pub key: String,
    pub state: String,
    pub text: String,
    pub note: String,
    /// What is written in the field.
    pub prompt: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    pub verdict: String,
    pub at_close: String,
    pub now: String,
}

impl Facts {
    pub fn can(&self, button: &str) -> bool {
        self.enabled.iter().any(|id| id == button)
    }
}

/// Whether no id is missing, newest first.
pub fn are_complete(ids: &[u64]) -> bool {
    ids.is_sorted_by(|newer, older| *newer == older + 1)
}
