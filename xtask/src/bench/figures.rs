//! What is measured: the measures, and the figures that come of them.

use crate::weigh::Weight;
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::fs;

/// The contestants to whom others are compared, as `bench/www/contestants.js` calls them.
pub const PLAIN: &str = "plain JS: EventSource";
pub const PARSER: &str = "JS: eventsource-parser";
pub const LOOP: &str = "JS: hand-written fetch loop";
pub const GLOO: &str = "gloo-net + serde_json";
/// Of our own, those of whom something is wanted.
pub const LISTENER: &str = "typed listener";
pub const STREAM: &str = "native typed stream";
pub const FETCH: &str = "fetch typed stream";
pub const NPM_FETCH: &str = "npm, fetch";
/// As `bench/src/parsers.rs` calls it.
pub const OUR_PARSER: &str = "wasm-eventsource";

#[derive(Serialize, Deserialize)]
pub struct Figures {
    pub machine: Machine,
    /// Whether this is everything, of every engine, in full.
    pub complete: bool,
    pub sizes: Vec<Size>,
    /// The parsers on the host.
    pub parsers: Vec<Race>,
    pub engines: Vec<EngineFigures>,
}

#[derive(Serialize, Deserialize)]
pub struct Machine {
    pub cores: usize,
    pub cpu: String,
}

/// How large an app is, in bytes.
#[derive(Serialize, Deserialize)]
pub struct Size {
    pub app: String,
    pub wasm: Option<Weight>,
    pub js: Weight,
}

impl Size {
    pub fn gzip(&self) -> usize {
        self.js.gzip + self.wasm.map_or(0, |wasm| wasm.gzip)
    }

    pub fn brotli(&self) -> usize {
        self.js.brotli + self.wasm.map_or(0, |wasm| wasm.brotli)
    }
}

#[derive(Serialize, Deserialize)]
pub struct EngineFigures {
    pub engine: String,
    pub version: String,
    pub date: String,
    /// Whether the page got the fine clock.
    pub isolated: bool,
    pub parts: Vec<Part>,
}

/// What the page posts for each measure.
#[derive(Serialize, Deserialize)]
pub struct Part {
    pub measure: Measure,
    pub seconds: f64,
    #[serde(default)]
    pub races: Vec<Race>,
    #[serde(default)]
    pub growths: Vec<Growth>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    Throughput,
    Latency,
    First,
    Streams,
    Names,
    Huge,
    Memory,
    Parsers,
    Decode,
    /// How large the smallest apps are; needs no engine
    Sizes,
}

impl Measure {
    /// Those of the page, as the report has them.
    pub const OF_PAGE: [Self; 9] = [
        Self::Throughput,
        Self::Latency,
        Self::First,
        Self::Streams,
        Self::Names,
        Self::Huge,
        Self::Memory,
        Self::Parsers,
        Self::Decode,
    ];

    /// As the page calls it.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    pub fn heading(self) -> &'static str {
        match self {
            Self::Throughput => "Throughput",
            Self::Latency => "Latency of a single event",
            Self::First => "Time to the first event",
            Self::Streams => "Streams at once",
            Self::Names => "Event names",
            Self::Huge => "Huge events",
            Self::Memory => "Memory",
            Self::Parsers => "The parser alone",
            Self::Decode => "Decoding alone",
            Self::Sizes => "Code size",
        }
    }

    /// What one figure is.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Throughput | Self::Streams | Self::Names | Self::Decode => "µs per event",
            Self::Latency | Self::First => "µs",
            Self::Huge => "ns per byte",
            Self::Parsers => "GB/s",
            Self::Memory => "bytes",
            Self::Sizes => "KiB",
        }
    }

    /// What the columns of its tables are.
    pub fn columns(self) -> &'static str {
        match self {
            Self::Throughput => "by the size of the data",
            Self::Latency => "middle and slowest of a round",
            Self::Streams => "by the number of streams",
            Self::Names => "by the number of names",
            Self::Huge => "by the size of the event",
            Self::Parsers => "by the size of the pieces",
            Self::Decode => "by the size of the text",
            Self::First | Self::Memory | Self::Sizes => "",
        }
    }

    /// Whether what a figure costs should not depend on the column.
    pub fn grows(self) -> bool {
        matches!(self, Self::Streams | Self::Names | Self::Huge)
    }

    /// The column to which the last one is compared: the first, but below a megabyte it is the
    /// connection that costs, not the bytes.
    pub fn base<'r>(self, races: &[&'r Race]) -> Option<&'r Race> {
        match self {
            Self::Huge => races.iter().find(|race| race.what == "1 MB"),
            _ => races.first(),
        }
        .copied()
    }

    /// To whom contestants are compared: what the tables call each, and its name.
    pub fn rivals(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Throughput => &[("plain JS", PLAIN), ("eventsource-parser", PARSER)],
            Self::Latency | Self::First => &[("plain JS", PLAIN), ("hand-written loop", LOOP)],
            Self::Decode => &[("plain JS", "plain JS: JSON.parse")],
            _ => &[],
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct Race {
    /// What belongs into one table.
    pub group: Option<String>,
    /// What each contestant had to do: a column.
    pub what: String,
    pub contestants: Vec<Contestant>,
}

#[derive(Serialize, Deserialize)]
pub struct Contestant {
    pub name: String,
    /// One a round.
    pub figures: Vec<f64>,
    /// Why it failed; a benchmark with such a contestant has failed.
    pub error: Option<String>,
    /// Why it did not run.
    pub skipped: Option<String>,
}

/// What was left after a work.
#[derive(Serialize, Deserialize)]
pub struct Growth {
    pub name: String,
    /// Events or connections.
    pub what: String,
    /// So many.
    pub many: f64,
    /// Whether it does the whole of the work that memory is measured by.
    pub whole: bool,
    pub before: Option<Facts>,
    pub after: Option<Facts>,
    /// Connections that the server still has.
    pub open: Option<f64>,
    pub error: Option<String>,
}

/// What there is at one time; what an engine does not tell is missing.
#[derive(Serialize, Deserialize)]
pub struct Facts {
    /// Bytes of wasm's memory.
    pub wasm: Option<f64>,
    /// Bytes of JavaScript's.
    pub heap: Option<f64>,
    /// JavaScript values that wasm holds.
    pub values: Option<f64>,
    pub listeners: Option<f64>,
}

impl Growth {
    pub fn of(&self, fact: impl Fn(&Facts) -> Option<f64>) -> Option<f64> {
        Some(fact(self.after.as_ref()?)? - fact(self.before.as_ref()?)?)
    }
}

impl Race {
    pub fn find(&self, name: &str) -> Option<&Contestant> {
        let measured = |one: &&Contestant| one.name == name && !one.figures.is_empty();
        self.contestants.iter().find(measured)
    }

    /// How many times the other's figure one's own is: the middle of what it was in the rounds, as what
    /// disturbs one round disturbs all its contestants.
    pub fn ratio(&self, own: &str, other: &str) -> Option<f64> {
        let (own, other) = (self.find(own)?, self.find(other)?);
        let rounds = own.figures.iter().zip(&other.figures);
        Some(Spread::of(rounds.map(|(own, other)| own / other).collect()).median)
    }
}

impl Contestant {
    pub fn spread(&self) -> Option<Spread> {
        (!self.figures.is_empty()).then(|| Spread::of(self.figures.clone()))
    }
}

impl EngineFigures {
    pub fn part(&self, measure: Measure) -> Option<&Part> {
        self.parts.iter().find(|part| part.measure == measure)
    }
}

impl Part {
    /// The names of all that took part, in their order.
    pub fn names(&self) -> Vec<&str> {
        names(&self.races)
    }

    /// How many were counted.
    pub fn rounds(&self) -> usize {
        let all = self.races.iter().flat_map(|race| &race.contestants);
        all.map(|one| one.figures.len()).max().unwrap_or_default()
    }

    pub fn race(&self, what: &str) -> Option<&Race> {
        self.races.iter().find(|race| race.what == what)
    }

    /// Who failed, at what, and why.
    pub fn errors(&self) -> Vec<(&str, &str, &str)> {
        let races = self.races.iter().flat_map(|race| {
            let failed = |one: &'_ Contestant| one.error.is_some();
            let failed = race.contestants.iter().filter(move |one| failed(one));
            failed.map(|one| (one.name.as_str(), race.what.as_str(), one.error.as_deref()))
        });
        let growths = self.growths.iter();
        let growths =
            growths.map(|one| (one.name.as_str(), one.what.as_str(), one.error.as_deref()));
        let all = races.chain(growths);
        all.filter_map(|(name, what, error)| Some((name, what, error?)))
            .collect()
    }
}

/// The races of each group, in their order.
pub fn groups(races: &[Race]) -> Vec<(Option<&str>, Vec<&Race>)> {
    let mut groups: Vec<(Option<&str>, Vec<&Race>)> = Vec::new();
    for race in races {
        let group = race.group.as_deref();
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, members)) => members.push(race),
            None => groups.push((group, vec![race])),
        }
    }
    groups
}

/// The names of all that took part, in their order.
pub fn names<'r>(races: impl IntoIterator<Item = &'r Race>) -> Vec<&'r str> {
    let mut names = Vec::new();
    for one in races.into_iter().flat_map(|race| &race.contestants) {
        if !names.contains(&one.name.as_str()) {
            names.push(one.name.as_str());
        }
    }
    names
}

impl Machine {
    pub fn this() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name.trim() == "model name").then(|| value.trim().to_string())
        });
        Self {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            cpu: model.unwrap_or_else(|| std::env::consts::ARCH.to_string()),
        }
    }
}

/// The middle and the ends of some figures.
#[derive(Clone, Copy)]
pub struct Spread {
    pub least: f64,
    pub median: f64,
    pub most: f64,
}

impl Spread {
    pub fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let at = |index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
        let (last, middle) = (figures.len().saturating_sub(1), figures.len() / 2);
        Self {
            least: at(0),
            // Of an even number of figures, the mean of the two in the middle.
            median: f64::midpoint(at(middle), at(last - last.min(middle))),
            most: at(last),
        }
    }
}

/// A figure with as many digits as say something.
pub fn short(figure: f64) -> String {
    let digits = match figure.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 0.1 || size == 0.0 => 2,
        _ => 4,
    };
    format!("{figure:.digits$}")
}

/// Reads what the program for the host has printed.
pub fn races(json: &str) -> Result<Vec<Race>> {
    Ok(serde_json::from_str(json)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_figure_in_the_middle_or_the_mean_of_two() {
        let odd = Spread::of(vec![3.0, 1.0, 9.0]);
        assert_eq!((odd.least, odd.median, odd.most), (1.0, 3.0, 9.0));
        assert_eq!(Spread::of(vec![4.0, 1.0, 2.0, 9.0]).median, 3.0);
        assert_eq!(Spread::of(vec![5.0]).median, 5.0);
    }

    #[test]
    fn contestants_are_compared_within_a_round() {
        let race: Race = serde_json::from_str(
            r#"{ "what": "20 B", "contestants": [
                { "name": "JS", "figures": [1.0, 10.0, 2.0] },
                { "name": "us", "figures": [2.0, 20.0, 4.0] },
                { "name": "broken", "figures": [], "error": "it ended" }
            ] }"#,
        )
        .unwrap();
        assert_eq!(race.ratio("us", "JS"), Some(2.0));
        assert_eq!(race.ratio("broken", "JS"), None);
    }

    #[test]
    fn a_part_knows_who_failed_in_it() {
        let part: Part = serde_json::from_str(
            r#"{ "measure": "memory", "seconds": 1.5, "growths": [
                { "name": "us", "what": "events", "many": 10, "whole": true, "error": "9 came" },
                { "name": "us", "what": "connections", "many": 10, "whole": true, "open": 0,
                  "before": { "wasm": 5, "listeners": 0 }, "after": { "wasm": 7, "listeners": 0 } }
            ] }"#,
        )
        .unwrap();
        assert_eq!(part.errors(), [("us", "events", "9 came")]);
        assert_eq!(part.growths[1].of(|facts| facts.wasm), Some(2.0));
        assert_eq!(part.growths[1].of(|facts| facts.heap), None);
    }

    #[test]
    fn a_figure_has_as_many_digits_as_say_something() {
        let shown = [1234.5, 12.34, 1.234, 0.01234, 0.0].map(short);
        assert_eq!(shown, ["1234", "12.3", "1.23", "0.0123", "0.00"]);
    }
}
