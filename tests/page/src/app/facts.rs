//! What a dashboard shows at one moment, read in one go, so that the facts belong together.

use serde::Deserialize;

/// Reads the facts.
pub const SCRIPT: &str = include_str!("facts.js");

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The page's; the streams' are made of it.
    pub key: String,
    pub mount_text: String,
    pub is_mounted: bool,
    pub state: String,
    pub reason: String,
    pub state_text: String,
    pub details: String,
    pub error: String,
    /// What the server answered to a button.
    pub told: String,
    pub toggle: String,
    /// The id of the pace that is chosen.
    pub pace: String,
    pub count: u64,
    pub last_id: String,
    pub clock: String,
    pub cpu: Chart,
    pub memory: Chart,
    pub cores: Vec<String>,
    pub memory_text: String,
    pub load_text: String,
    /// Name, id and text of the events, newest first.
    pub log: Vec<[String; 3]>,
    /// The texts of the events that could not be decoded.
    pub wrong: Vec<String>,
    pub reply: Reply,
    /// The id of the element that has the focus.
    pub focus: String,
    /// What was written to the console as an error or a warning since the page was loaded.
    pub console: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Chart {
    pub points: u64,
    /// How many pieces the first line is in.
    pub runs: u64,
    /// How many lines are drawn.
    pub lines: usize,
    /// How many pixels the newest points are from the right edge.
    pub off: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// What is written in the field.
    pub prompt: String,
    pub key: String,
    pub state: String,
    pub text: String,
    pub note: String,
    pub can_stop: bool,
}

impl Facts {
    /// The server's name for the readings at this pace.
    pub fn machine(&self, pace: u32) -> String {
        format!("{}-{pace}", self.key)
    }

    /// The server's name for the time.
    pub fn clock_key(&self) -> String {
        format!("{}-clock", self.key)
    }

    /// The ids of the events, newest first.
    pub fn ids(&self) -> Vec<u64> {
        let ids = self.log.iter().map(|[_, id, _]| id.parse());
        ids.filter_map(Result::ok).collect()
    }
}
