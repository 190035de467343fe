//! The parsers on the host: prints gigabytes per second as JSON, each figure of each round.
//!
//! `parsers ROUNDS MILLISECONDS`: how often, and how long at least each is measured.

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use bench::parsers::{CHUNKINGS, CORPORA, PARSERS, check, measure};
use bytes::Bytes;
use serde_json::{Value, json};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|word| word.parse::<u32>());
    let (Some(Ok(rounds)), Some(Ok(milliseconds))) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: parsers ROUNDS MILLISECONDS");
        return ExitCode::FAILURE;
    };
    if let Err(difference) = check() {
        eprintln!("{difference}");
        return ExitCode::FAILURE;
    }
    let least = Duration::from_millis(milliseconds.into());
    let mut races = Vec::new();
    for (corpus, text) in CORPORA {
        let bytes = Bytes::from(text());
        for (chunking, chunk) in CHUNKINGS {
            let contestants = race(&bytes, chunk, rounds as usize, least);
            races.push(json!({ "group": corpus, "what": chunking, "contestants": contestants }));
        }
    }
    println!("{}", Value::from(races));
    ExitCode::SUCCESS
}

/// All in turns, each round begun by another.
fn race(bytes: &Bytes, chunk: usize, rounds: usize, least: Duration) -> Vec<Value> {
    let mut figures = PARSERS.map(|_| Vec::new());
    for round in 0..rounds {
        for turn in 0..PARSERS.len() {
            let index = (turn + round) % PARSERS.len();
            let (_, run) = PARSERS[index];
            let started = Instant::now();
            let mut times = 0_u32;
            while times == 0 || started.elapsed() < least {
                black_box(measure(run, black_box(bytes), chunk));
                times += 1;
            }
            let parsed = bytes.len() as f64 * f64::from(times);
            figures[index].push(parsed / started.elapsed().as_secs_f64() / 1e9);
        }
    }
    let named = PARSERS.iter().zip(figures);
    named
        .map(|((name, _), figures)| json!({ "name": name, "figures": figures }))
        .collect()
}
