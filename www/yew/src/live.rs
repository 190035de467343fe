//! The machine's readings: one connection, and every event of it folded into one value.

use wasm_eventsource::{
    Envelope, Error,
    yew::{UseEventSourceFoldHandle, use_event_source_fold},
};
use yew::prelude::*;

use crate::{
    PAGE_KEY,
    connection::Connection,
    events::{Events, Log, Row},
    history::History,
    machine::Machine,
    reading::{GIB, Percent, Reading},
    reply::ReplyCard,
};

/// The choice of milliseconds between two readings. The server reads the machine every 250 ms.
pub const PACES: [u32; 3] = [250, 500, 2000];

/// The scenario server's name for the readings at this pace.
pub fn machine_key(pace: u32) -> String {
    format!("{}-{pace}", *PAGE_KEY)
}

/// The value that every event of the machine is folded into.
pub struct Live {
    pub cores: Vec<Percent>,
    pub cpu: History,
    pub memory: History,
    /// The newest readings, in words.
    pub memory_now: String,
    pub load_now: String,
    /// The memory of the machine, in GiB.
    pub gib: f64,
    pub log: Log,
}

impl Live {
    /// Before the first event, at this pace.
    fn new(pace: u32) -> Self {
        Live {
            cores: Vec::new(),
            cpu: History::new(pace),
            memory: History::new(pace),
            memory_now: "–".to_owned(),
            load_now: "–".to_owned(),
            gib: 0.0,
            log: Log::default(),
        }
    }

    /// An event that cannot be decoded is logged with its raw data, and the stream goes on. Any other error
    /// ends the connection, as its state shows.
    fn fold(&mut self, event: Result<Envelope<Reading>, Error>) {
        match event {
            Ok(event) => {
                self.log.add(Row {
                    at: event.value.at(),
                    text: event.value.to_string(),
                    name: event.event_type,
                    id: event.last_event_id,
                    is_undecodable: false,
                });
                self.show(event.value);
            }
            Err(Error::Decode(error)) => {
                let message = error.message();
                self.log.add(Row {
                    at: None,
                    text: message.data().to_owned(),
                    name: message.event_type().to_owned(),
                    id: message.last_event_id().to_owned(),
                    is_undecodable: true,
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
                self.gib = total as f64 / GIB;
                self.memory_now = format!("{words} ({:.0} %)", 100.0 * share);
            }
            Reading::Load { .. } => self.load_now = words,
            Reading::Close { .. } => {}
        }
    }
}

/// The props of a card that shows the value: it is rendered when the value changes.
#[derive(PartialEq, Properties)]
pub struct LiveProps {
    pub live: UseEventSourceFoldHandle<Live>,
}

#[component]
pub fn Dashboard() -> Html {
    let pace = use_state(|| 500);
    // Another pace is another URL: the connection is closed, the value is reset, and another connection
    // opens.
    let live = {
        let pace = *pace;
        let url = format!("/machine?key={}&interval_ms={pace}", machine_key(pace));
        use_event_source_fold(url, move || Live::new(pace), Live::fold)
    };
    html! {
        <main data-pace={pace.to_string()}>
            <Machine live={live.clone()} />
            <Connection live={live.clone()} {pace} />
            <ReplyCard />
            <Events {live} />
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_in_the_log_in_the_chart_and_in_words() {
        let mut live = Live::new(500);
        for (total, used) in [(0, 0), (4 << 30, 1 << 30)] {
            live.fold(Ok(Envelope {
                event_type: "memory".to_owned(),
                last_event_id: "7".to_owned(),
                value: Reading::Memory { at: 5, total, used },
            }));
        }
        assert_eq!(live.memory_now, "1.00 of 4.0 GiB (25 %)");
        assert_eq!(live.memory.newest(), [0.25]);
        assert_eq!((live.log.count(), live.log.last_id()), (2, "7"));
        live.log.clear();
        assert_eq!((live.log.count(), live.log.last_id()), (2, "7"));
    }
}
