//! What the events of the machine are folded into: the newest of each, the last minute, and a log.

use wasm_eventsource::{Envelope, Error};

use crate::{History, Log, Percent, Reading, log::Entry};

/// What is shown of the machine.
#[derive(Debug, Clone)]
pub struct Live {
    pub cores: Vec<Percent>,
    pub cpu: History,
    pub memory: History,
    /// The newest readings, in words.
    pub memory_now: String,
    pub load_now: String,
    /// How much memory there is, in GiB.
    gib: f64,
    pub log: Log,
}

impl Live {
    /// Nothing yet, of what is to come every so many milliseconds.
    pub fn every(pace: u32) -> Self {
        Live {
            cores: Vec::new(),
            cpu: History::every(pace),
            memory: History::every(pace),
            memory_now: "–".to_owned(),
            load_now: "–".to_owned(),
            gib: 0.0,
            log: Log::default(),
        }
    }

    /// The heights of the chart of the memory, from the top.
    pub fn memory_heights(&self) -> [String; 3] {
        [self.gib, self.gib / 2.0, 0.0].map(|gib| format!("{gib:.1}"))
    }

    /// Takes in what comes. An event that cannot be decoded is shown as it is, and the stream goes on;
    /// the end of the connection is told by its state.
    pub fn fold(&mut self, event: Result<Envelope<Reading>, Error>) {
        match event {
            Ok(event) => {
                self.log.add(Entry {
                    at: event.value.at(),
                    text: event.value.to_string(),
                    name: event.event_type,
                    id: event.last_event_id,
                    is_wrong: false,
                });
                self.show(event.value);
            }
            Err(Error::Decode(error)) => {
                let message = error.message();
                self.log.add(Entry {
                    at: None,
                    text: message.data().to_owned(),
                    name: message.event_type().to_owned(),
                    id: message.last_event_id().to_owned(),
                    is_wrong: true,
                });
            }
            Err(_) => {}
        }
    }

    fn show(&mut self, reading: Reading) {
        let words = reading.to_string();
        match reading {
            Reading::Cpu { at, cores } => {
                let shares = cores.iter().map(|core| core.share()).collect();
                self.cpu.push(at, shares);
                self.cores = cores;
            }
            Reading::Memory { at, total, used } => {
                let share = used as f64 / total.max(1) as f64;
                self.memory.push(at, vec![share]);
                self.gib = total as f64 / (1_u64 << 30) as f64;
                self.memory_now = format!("{words} ({:.0} %)", 100.0 * share);
            }
            Reading::Load { .. } => self.load_now = words,
            Reading::Close { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, value: Reading) -> Result<Envelope<Reading>, Error> {
        Ok(Envelope {
            event_type: "memory".to_owned(),
            last_event_id: id.to_owned(),
            value,
        })
    }

    #[test]
    fn an_event_is_in_the_log_in_the_chart_and_in_words() {
        let mut live = Live::every(500);
        let (at, total, used) = (5, 4 << 30, 1 << 30);
        live.fold(event("7", Reading::Memory { at, total, used }));
        assert_eq!(live.memory_now, "1.00 of 4.0 GiB (25 %)");
        assert_eq!(live.memory.newest(), [0.25]);
        assert_eq!(live.memory_heights(), ["4.0", "2.0", "0.0"]);
        assert_eq!((live.log.count(), live.log.last_id()), (1, Some("7")));
        assert_eq!(
            live.log.rows().next().unwrap().entry.text,
            "1.00 of 4.0 GiB"
        );
    }

    #[test]
    fn the_log_keeps_the_newest_and_counts_them_all() {
        let mut live = Live::every(500);
        for id in 0..1000 {
            let message = id.to_string();
            live.fold(event(&id.to_string(), Reading::Close { message }));
        }
        let texts: Vec<_> = live.log.rows().map(|row| row.entry.text.as_str()).collect();
        assert_eq!(
            (live.log.count(), texts.len(), texts[0]),
            (1000, 150, "999")
        );
        live.log.clear();
        assert_eq!((live.log.count(), live.log.rows().count()), (1000, 0));
        assert_eq!(live.log.last_id(), Some("999"), "it is resumed after that");
    }

    #[test]
    fn a_machine_without_memory_is_no_reason_to_divide_by_zero() {
        let mut live = Live::every(500);
        let (at, total, used) = (5, 0, 0);
        live.fold(event("7", Reading::Memory { at, total, used }));
        assert_eq!(live.memory.newest(), [0.0]);
    }
}
