//! What is said of a connection, of the time, and of the charts.

use wasm_eventsource::{CloseReason, State};

pub const CPU_LABEL: &str = "CPU per core over the last minute, in percent";
pub const MEMORY_LABEL: &str = "Memory in use over the last minute, in gibibytes";

/// The heights of the chart of the CPU, from the top.
pub const CPU_HEIGHTS: [&str; 5] = ["100", "75", "50", "25", "0"];

/// What is below the charts.
pub const TIMES: [&str; 5] = ["60 s ago", "45 s ago", "30 s ago", "15 s ago", "now"];

/// What the events are listed by.
pub const LOG_HEADS: [&str; 4] = ["Time", "Name", "ID", "What it says"];

/// A state as the badge shows it: a word for the style sheet, and one for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Badge {
    pub state: String,
    /// Why it is closed, if it is.
    pub reason: &'static str,
    pub text: String,
    /// All there is to say.
    pub details: String,
}

impl From<&State> for Badge {
    fn from(state: &State) -> Self {
        let name = state.to_string();
        let (reason, text, details) = match state {
            State::Reconnecting { attempt, cause } => {
                ("", name.clone(), format!("attempt {attempt}: {cause}"))
            }
            State::Closed(reason) => {
                let (kind, why) = match reason {
                    CloseReason::Rule(_) => ("rule", "by the server"),
                    CloseReason::Called => ("called", "by this page"),
                    CloseReason::Failed(_) => ("failed", "failed"),
                    _ => ("ended", "it ended"),
                };
                (kind, format!("{name}: {why}"), reason.to_string())
            }
            _ => ("", name.clone(), name.clone()),
        };
        Badge {
            state: name,
            reason,
            text,
            details,
        }
    }
}

/// A pace, which is given in milliseconds.
pub fn pace_text(pace: u32) -> String {
    format!("{} s", f64::from(pace) / 1000.0)
}

/// The time of day here, of milliseconds since the epoch.
pub fn time_of_day(at: u64) -> String {
    let date = js_sys::Date::new(&(at as f64).into());
    let (hours, minutes, seconds) = (date.get_hours(), date.get_minutes(), date.get_seconds());
    format!("{hours:02}:{minutes:02}:{seconds:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_connection_says_who_closed_it() {
        let badge = Badge::from(&State::Closed(CloseReason::Called));
        assert_eq!((&*badge.state, badge.reason), ("closed", "called"));
        assert_eq!(badge.text, "closed: by this page");
    }

    #[test]
    fn a_pace_is_told_in_seconds() {
        assert_eq!([250, 2000].map(pace_text), ["0.25 s", "2 s"]);
    }

    #[test]
    fn an_open_connection_has_no_reason() {
        let badge = Badge::from(&State::Open);
        assert_eq!((&*badge.text, badge.reason), ("open", ""));
    }
}
