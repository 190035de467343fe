//! What the page shows at one moment, read in one go, so that the facts belong together.

use serde::Deserialize;

/// Reads the facts. The page keeps them in `data-` attributes besides showing them.
pub const SCRIPT: &str = include_str!("facts.js");

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub key: String,
    pub state: String,
    pub ready_state: String,
    pub state_text: String,
    pub reason: String,
    pub reason_text: String,
    pub messages: u64,
    pub reconnects: u64,
    pub last_id: String,
    /// Of the last time that the connection was lost.
    pub last_break: Break,
    /// The ids of the buttons that can be used.
    pub enabled: Vec<String>,
    pub cpu: Chart,
    pub memory: Chart,
    pub cores: Vec<String>,
    pub memory_text: String,
    pub load_text: String,
    pub log: Log,
    pub reply: Reply,
    pub proof: Proof,
    pub problems: Vec<String>,
    /// What was written to the console as an error or a warning since the page was loaded.
    pub console: Vec<String>,
}

/// Either an attempt, or what the connection was resumed after.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Break {
    pub text: String,
    pub attempt: u32,
    pub resumed_after: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Chart {
    pub points: u64,
    /// Pixels that have a colour: axes and their labels are grey.
    pub colored: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Log {
    pub count: u64,
    pub rows: u64,
    /// Name, id and data of the newest rows, newest first.
    pub newest: Vec<[String; 3]>,
    /// The states that were logged, oldest first.
    pub states: Vec<String>,
    /// Name, id and data of the events that could not be decoded, newest first.
    pub undecodable: Vec<[String; 3]>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Reply {
    pub key: String,
    pub state: String,
    pub count: u64,
    /// How many requests the page says there were.
    pub requests: String,
    pub text: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    pub verdict: String,
    pub at_close: String,
    pub now: String,
    pub quiet_ms: u64,
    pub retry_ms: u64,
}

impl Facts {
    pub fn can(&self, button: &str) -> bool {
        self.enabled.iter().any(|id| id == button)
    }
}

/// Whether this is a value with its unit for each core, for the memory and for the load.
pub fn have_units(cores: &[String], memory: &str, load: &str) -> bool {
    let percent = |text: &String| {
        let number = text.strip_suffix(" %").and_then(|text| text.parse().ok());
        number.is_some_and(|percent: f64| (0.0..=100.0).contains(&percent))
    };
    !cores.is_empty()
        && cores.iter().all(percent)
        && memory.contains("GiB")
        && load.split('·').count() == 3
}
