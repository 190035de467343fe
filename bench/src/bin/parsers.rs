//! The parsers on the host: prints a record for each figure of each round, as JSON.
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
    println!("{}", Value::from(records(rounds as usize, least)));
    ExitCode::SUCCESS
}

/// The parsers in turns: each round begins with another one.
fn records(rounds: usize, least: Duration) -> Vec<Value> {
    let mut records = Vec::new();
    for (corpus, text) in CORPORA {
        let bytes = Bytes::from(text());
        for (chunking, chunk) in CHUNKINGS {
            for round in 0..rounds {
                let mut parsers = PARSERS;
                parsers.rotate_left(round % PARSERS.len());
                for (name, run) in parsers {
                    let speed = speed(&bytes, least, |bytes| measure(run, bytes, chunk));
                    records.push(json!({
                        "measure": "parsers", "group": corpus, "size": chunking, "client": name,
                        "round": round + 1, "value": speed, "unit": "GB/s",
                    }));
                }
            }
        }
    }
    records
}

/// Gigabytes per second.
fn speed(bytes: &Bytes, least: Duration, parse: impl Fn(&Bytes) -> usize) -> f64 {
    let started = Instant::now();
    let mut times = 0_u32;
    while times == 0 || started.elapsed() < least {
        black_box(parse(black_box(bytes)));
        times += 1;
    }
    bytes.len() as f64 * f64::from(times) / started.elapsed().as_secs_f64() / 1e9
}

#[test]
fn every_parser_has_a_figure_for_each_corpus_and_chunking() {
    let records = records(1, Duration::ZERO);
    assert_eq!(
        records.len(),
        CORPORA.len() * CHUNKINGS.len() * PARSERS.len()
    );
    assert!(
        records
            .iter()
            .all(|record| record["value"].as_f64() > Some(0.0))
    );
}
