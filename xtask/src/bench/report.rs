//! What was measured, and the tables made of it.

use super::size::Size;
use crate::project;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};
use std::fs;

#[derive(Serialize)]
pub struct Figures {
    pub machine: Machine,
    pub sizes: Vec<Size>,
    pub engines: Vec<EngineFigures>,
}

#[derive(Serialize)]
pub struct Machine {
    cores: usize,
    cpu: String,
}

#[derive(Serialize)]
pub struct EngineFigures {
    pub engine: String,
    pub version: String,
    pub rounds: u32,
    #[serde(flatten)]
    pub page: Page,
}

/// What the page posts.
#[derive(Serialize, Deserialize)]
pub struct Page {
    date: String,
    races: Vec<Race>,
}

#[derive(Serialize, Deserialize)]
struct Race {
    kind: Kind,
    /// What each contestant had to do.
    what: String,
    /// The contestants to whom all are compared: what the tables call each, and its name.
    rivals: Vec<(String, String)>,
    contestants: Vec<Contestant>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Stream,
    First,
    Decode,
}

impl Kind {
    /// As the tables come.
    const ALL: [Self; 3] = [Self::Stream, Self::First, Self::Decode];

    fn heading(self) -> &'static str {
        match self {
            Self::Stream => "Receiving",
            Self::First => "Time to the first event",
            Self::Decode => "Decoding alone",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Stream | Self::Decode => "µs per event",
            Self::First => "µs",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Contestant {
    name: String,
    /// Per event or connection, one figure a round.
    micros: Vec<f64>,
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

impl Figures {
    /// All tables, in Markdown.
    pub fn tables(&self) -> String {
        let Machine { cores, cpu } = &self.machine;
        let mut text = format!("Machine: {cpu}, {cores} cores.\n");
        for engine in &self.engines {
            let EngineFigures {
                engine: name,
                version,
                rounds,
                page,
            } = engine;
            let _ = write!(
                text,
                "\n### {name} {version}\n\n{}, {rounds} rounds.\n",
                page.date
            );
            for kind in Kind::ALL {
                let races = page.races.iter().filter(|race| race.kind == kind);
                races.for_each(|race| race.table(&mut text));
            }
        }
        text.push_str("\n### Code size\n\n| app | wasm, KiB gzip | JS beside it, KiB gzip |\n|---|---:|---:|\n");
        for Size { app, wasm, js } in &self.sizes {
            let kib = |bytes: &usize| *bytes as f64 / 1024.0;
            let _ = writeln!(text, "| {app} | {:.1} | {:.1} |", kib(wasm), kib(js));
        }
        text
    }
}

impl Race {
    fn table(&self, text: &mut String) {
        let (heading, unit) = (self.kind.heading(), self.kind.unit());
        let _ = write!(
            text,
            "\n{heading}: {}\n\n| contestant | {unit} | in all rounds |",
            self.what
        );
        let rivals = self.rivals.iter().filter_map(|(short, name)| {
            let rival = self.contestants.iter().find(|one| one.name == *name)?;
            Some((short, rival))
        });
        let rivals: Vec<_> = rivals.collect();
        for (short, _) in &rivals {
            let _ = write!(text, " × {short} | in all rounds |");
        }
        let columns = "---:|".repeat(2 + 2 * rivals.len());
        let _ = writeln!(text, "\n|---|{columns}");
        for Contestant { name, micros } in &self.contestants {
            let time = Spread::of(micros.clone());
            let _ = write!(text, "| {name} | {time} |");
            for (_, rival) in &rivals {
                let speed = Spread::of(speeds(micros, &rival.micros));
                let _ = write!(text, " {speed} |");
            }
            text.push('\n');
        }
    }
}

/// How many times as fast as the other one was, round by round, as what disturbs one round disturbs
/// all its contestants.
fn speeds(own: &[f64], other: &[f64]) -> Vec<f64> {
    own.iter()
        .zip(other)
        .map(|(own, other)| other / own)
        .collect()
}

/// The middle and the ends of some figures.
struct Spread {
    least: f64,
    median: f64,
    most: f64,
}

impl Spread {
    fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let at = |index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
        let (last, middle) = (figures.len().saturating_sub(1), figures.len() / 2);
        Self {
            least: at(0),
            // Of an even number of figures, the mean of the two in the middle.
            median: (at(middle) + at(last - last.min(middle))) / 2.0,
            most: at(last),
        }
    }
}

/// As two cells of a table.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            least,
            median,
            most,
        } = self;
        write!(f, "{median:.2} | {least:.2} to {most:.2}")
    }
}

/// Puts the tables into BENCHMARKS.md, below the line that says so.
pub fn save(tables: &str) -> Result<()> {
    const MARK: &str = "<!-- Below this line: `cargo xtask bench --save` -->\n";
    let path = project::root().join("BENCHMARKS.md");
    let text = fs::read_to_string(&path)?;
    let (above, _) = text
        .split_once(MARK)
        .with_context(|| format!("{} has lost the line {MARK}", path.display()))?;
    fs::write(&path, format!("{above}{MARK}\n{tables}"))?;
    Ok(())
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
    fn speeds_are_compared_within_a_round() {
        let contestant = |name: &str, micros: &[f64]| Contestant {
            name: name.to_string(),
            micros: micros.to_vec(),
        };
        let race = Race {
            kind: Kind::Stream,
            what: String::new(),
            rivals: vec![("JS".to_string(), "plain JS".to_string())],
            contestants: vec![
                contestant("plain JS", &[1.0, 10.0, 2.0]),
                contestant("us", &[2.0, 20.0, 4.0]),
            ],
        };
        let mut text = String::new();
        race.table(&mut text);
        assert!(
            text.contains("| in all rounds | × JS | in all rounds |\n|---|---:|---:|---:|---:|\n")
        );
        assert!(text.contains("| us | 4.00 | 2.00 to 20.00 | 0.50 | 0.50 to 0.50 |\n"));
    }
}
