//! The machine's readings, and what they are folded into: the lines of the charts, and a list of events.

use std::collections::VecDeque;

use serde::Deserialize;
use wasm_eventsource::{Envelope, Error};

use crate::Line;

/// How many events the list shows.
const MOST_ENTRIES: usize = 60;

const GIB: f64 = (1_u64 << 30) as f64;

/// What the server sends: each variant is an event of that name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reading {
    Cpu {
        at: f64,
        cores: Vec<f64>,
    },
    Memory {
        at: f64,
        total: f64,
        used: f64,
    },
    Load {
        at: f64,
        one: f64,
        five: f64,
        fifteen: f64,
    },
}

/// What is known of the machine.
#[derive(Debug, Default)]
pub struct Machine {
    /// How many events came.
    pub count: u64,
    /// Of each core, in percent.
    pub cores: Vec<Line>,
    /// What is in use, in GiB.
    pub memory: Line,
    /// What there is, in GiB.
    pub total: f64,
    /// The averages over one, five and fifteen minutes.
    pub load: Option<[f64; 3]>,
    /// The newest events, newest first.
    pub log: VecDeque<Entry>,
}

/// A line in the list of events.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which event it was, from 1.
    pub number: u64,
    /// When the server made it, in milliseconds since the epoch.
    pub at: Option<f64>,
    pub name: String,
    pub id: String,
    pub text: String,
}

impl Machine {
    /// Folds in what came. It is the fold of both apps.
    pub fn take(&mut self, event: Result<Envelope<Reading>, Error>) {
        match event {
            Ok(event) => {
                let (at, text) = self.read(&event.value);
                let (name, id) = (event.event_type, event.last_event_id);
                self.note(Some(at), name, id, text);
            }
            // The stream goes on after one that is no reading, and the list shows what it was.
            Err(error) => self.note(None, "error".into(), String::new(), error.to_string()),
        }
    }

    fn read(&mut self, reading: &Reading) -> (f64, String) {
        match reading {
            Reading::Cpu { at, cores } => {
                self.cores.resize_with(cores.len(), Line::default);
                for (line, percent) in self.cores.iter_mut().zip(cores) {
                    line.push(*at, *percent);
                }
                let all: Vec<_> = cores.iter().map(|core| format!("{core:.1} %")).collect();
                (*at, all.join("  "))
            }
            Reading::Memory { at, total, used } => {
                self.total = total / GIB;
                self.memory.push(*at, used / GIB);
                (*at, self.memory_now().unwrap_or_default())
            }
            Reading::Load {
                at,
                one,
                five,
                fifteen,
            } => {
                self.load = Some([*one, *five, *fifteen]);
                (*at, self.load_now().unwrap_or_default())
            }
        }
    }

    fn note(&mut self, at: Option<f64>, name: String, id: String, text: String) {
        self.count += 1;
        self.log.push_front(Entry {
            number: self.count,
            at,
            name,
            id,
            text,
        });
        self.log.truncate(MOST_ENTRIES);
    }

    pub fn memory_now(&self) -> Option<String> {
        let used = self.memory.newest()?;
        Some(format!("{used:.2} of {:.1} GiB", self.total))
    }

    pub fn load_now(&self) -> Option<String> {
        let loads = self.load?.map(|load| format!("{load:.2}"));
        Some(loads.join(" · "))
    }

    /// Which of eight shades the core has: as far apart as they can be.
    pub fn shade(&self, core: usize) -> usize {
        match self.cores.len() {
            0 | 1 => 0,
            cores => core * 7 / (cores - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(readings: &[Reading]) -> Machine {
        let mut machine = Machine::default();
        for reading in readings {
            let (at, text) = machine.read(reading);
            machine.note(Some(at), "name".into(), "7".into(), text);
        }
        machine
    }

    #[test]
    fn each_core_has_a_line() {
        let cpu = |at, cores: &[f64]| Reading::Cpu {
            at,
            cores: cores.to_vec(),
        };
        let machine = machine(&[cpu(1.0, &[1.0, 2.0]), cpu(2.0, &[3.0, 4.0])]);
        let newest: Vec<_> = machine.cores.iter().map(Line::newest).collect();
        assert_eq!(newest, [Some(3.0), Some(4.0)]);
        assert_eq!(machine.log[0].text, "3.0 %  4.0 %");
        assert_eq!([machine.shade(0), machine.shade(1)], [0, 7]);
    }

    #[test]
    fn memory_is_told_in_gib() {
        let [total, used] = [8.0 * GIB, 2.5 * GIB];
        let machine = machine(&[Reading::Memory {
            at: 1.0,
            total,
            used,
        }]);
        assert_eq!(machine.memory_now().as_deref(), Some("2.50 of 8.0 GiB"));
    }

    #[test]
    fn the_list_has_the_newest_events_first_and_an_end() {
        let load = |one| Reading::Load {
            at: one,
            one,
            five: 2.0,
            fifteen: 3.0,
        };
        let many: Vec<_> = (0..2 * MOST_ENTRIES).map(|n| load(n as f64)).collect();
        let machine = machine(&many);
        assert_eq!(machine.log.len(), MOST_ENTRIES);
        assert_eq!(machine.log[0].number, machine.count);
        assert_eq!(machine.load_now().as_deref(), Some("119.00 · 2.00 · 3.00"));
    }
}
