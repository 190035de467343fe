//! What the dashboards in Yew (`www/yew`) and in Leptos (`www/leptos`) have in common. Nothing here knows
//! of a framework.
//!
//! - `reading.rs`: the events of the machine, as an enum;
//! - `live.rs`: the value that they are folded into, with the `history` of each chart and the event `log`;
//! - `history.rs`: the last minute as lines to draw;
//! - `reply.rs`: a question, the tokens of its reply, and the value that they are folded into;
//! - `words.rs`: what is said of a state, of the time, and of the charts;
//! - `server.rs`: where all this comes from, and what can be asked of the server.

#![forbid(unsafe_code)]

mod history;
mod live;
mod log;
mod reading;
mod reply;
mod server;
mod words;

pub use history::{History, Line, grid, series_color};
pub use live::Live;
pub use log::{Entry, Log, Row};
pub use reading::{Clock, Percent, Reading};
pub use reply::{Progress, Question, Reply, Token};
pub use server::{Action, HINT, clock_url, machine_key, machine_url, page_key};
pub use words::{
    Badge, CPU_HEIGHTS, CPU_LABEL, LOG_HEADS, MEMORY_LABEL, TIMES, pace_text, time_of_day,
};

/// How often the server can be asked for readings, in milliseconds. It reads the machine every 250 ms: more
/// often the same would come again.
pub const PACES: [u32; 3] = [250, 500, 2000];

/// How often it is asked at first.
pub const FIRST_PACE: u32 = 500;

/// What one might want to know.
pub const QUESTIONS: [&str; 3] = [
    "What are server-sent events?",
    "What happens when a stream has to reconnect?",
    "And how is it in Rust?",
];
