//! A simulation of a server that restarts.

use std::collections::BTreeMap;

use super::{
    Retry,
    delay::{Delays, Pause},
};

const CLIENTS: u32 = 1_000_000;
const OUTAGE: u32 = 60_000;
const ACCEPTED: u32 = 20_000;

/// Some clients that send the next request together.
struct Group {
    at: u32,
    attempt: u32,
    clients: u32,
}

#[derive(Debug, Default, PartialEq)]
struct Outcome {
    /// The most requests in one second, from the loss on.
    peak: u32,
    /// The most requests in one second after the end of the outage.
    peak_after: u32,
    refused: u64,
    /// From the end of the outage until the last client is back, in seconds.
    seconds: u32,
}

/// Clients without a random part stay together, so they are simulated as one group.
fn simulate(delays: Delays) -> Outcome {
    let mut random = Random(1);
    let mut waiting = BTreeMap::<u32, Vec<Group>>::new();
    let mut fail = |waiting: &mut BTreeMap<u32, Vec<Group>>, group: &Group, clients: u32| {
        let (groups, clients) = match delays.jitter {
            0.0 => (1, clients),
            _ => (clients, 1),
        };
        for _ in 0..groups {
            let at = group.at
                + delays.delay(Pause {
                    reconnection_time: None,
                    attempt: group.attempt + 1,
                    open_for: 0,
                    at_least: 0,
                    since_sent: u64::MAX,
                    chance: random.next(),
                });
            waiting.entry(at / 1000).or_default().push(Group {
                at,
                attempt: group.attempt + 1,
                clients,
            });
        }
    };
    let dropped = Group {
        at: 0,
        attempt: 0,
        clients: CLIENTS,
    };
    fail(&mut waiting, &dropped, CLIENTS);
    let mut outcome = Outcome::default();
    while let Some((second, mut groups)) = waiting.pop_first() {
        let requests = groups.iter().map(|group| group.clients).sum();
        outcome.peak = outcome.peak.max(requests);
        let is_up = second * 1000 >= OUTAGE;
        let mut room = 0;
        if is_up {
            room = ACCEPTED;
            outcome.peak_after = outcome.peak_after.max(requests);
            outcome.seconds = second + 1 - OUTAGE / 1000;
            groups.sort_unstable_by_key(|group| group.at);
        }
        for group in groups {
            let accepted = group.clients.min(room);
            room -= accepted;
            let refused = group.clients - accepted;
            if refused > 0 {
                outcome.refused += u64::from(refused);
                fail(&mut waiting, &group, refused);
            }
        }
    }
    outcome
}

/// SplitMix64, for the same figures in each run.
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) as f64 / u64::MAX as f64
    }
}

/// A row of the table in the documentation.
fn row(name: &str, retry: Retry) -> String {
    let outcome = simulate(retry.settings.delays);
    format!(
        "/// | {name} | {} | {} | {} | {} s |",
        grouped(outcome.peak.into()),
        grouped(outcome.peak_after.into()),
        grouped(outcome.refused),
        grouped(outcome.seconds.into()),
    )
}

/// A number with commas.
fn grouped(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1000), number % 1000),
    }
}

#[test]
fn the_table_in_the_documentation_has_the_figures_of_the_simulation() {
    let documentation = include_str!("../retry.rs");
    for row in [
        row("always 3 s, `Retry::standard()`", Retry::standard()),
        row(
            "doubled up to 30 s, not spread",
            Retry::default().jitter(0.0),
        ),
        row("`Retry::default()`", Retry::default()),
    ] {
        assert!(
            documentation.contains(&row),
            "not in the documentation: {row}"
        );
    }
}
