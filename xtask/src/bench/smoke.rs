//! A moment of every contestant and every measure, to see that all still receive what the server sends.
//!
//! It is a test, and prints what tests print. All but the package is built without optimization.

use super::browser::Browser;
use super::{Record, build};
use crate::engine::Engine;
use crate::results::Counts;
use crate::server;
use crate::setup::{Tools, browsers};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use xshell::Shell;

/// In the engines that are asked for, or the first that there is. The npm package must have been built.
pub fn run(engines: &[Engine], host: &Shell, tools: &Tools) -> Result<ExitCode> {
    let there = |engine: &Engine| browsers::program(tools, *engine).is_ok();
    let first = || Engine::ALL.into_iter().find(there);
    let engines = match engines {
        [] => vec![first().context("there is no browser to run in")?],
        _ => engines.to_vec(),
    };
    let contestants = build::contestants_for_smoke(tools)?;
    let server = server::build(host)?;
    let mut failed = 0;
    for engine in engines {
        failed += count(engine, &contestants, &server, tools)?.failed;
    }
    Ok(match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// In one engine, as a part of all tests, with these contestants and this server. The npm package must
/// have been built.
pub fn count(engine: Engine, contestants: &Path, server: &Path, tools: &Tools) -> Result<Counts> {
    build::peers(tools)?;
    build::load(tools, contestants)?;
    let program = browsers::program(tools, engine)?;
    let started = Instant::now();
    let query = "smoke=true";
    let browser = Browser { engine, program };
    let records = browser.measure(server, query, Duration::from_secs(120))?;
    let outcomes = outcomes(&records);
    println!("running {} tests", outcomes.len());
    let mut counts = Counts::default();
    for (test, failure) in outcomes {
        match failure {
            None => {
                println!("test bench: {engine}: {test} ... ok");
                counts.passed += 1;
            }
            Some(failure) => {
                println!("test bench: {engine}: {test} ... FAILED\n    {failure}");
                counts.failed += 1;
            }
        }
    }
    let verdict = if counts.failed == 0 { "ok" } else { "FAILED" };
    println!(
        "test result: {verdict}. {} passed; {} failed; 0 ignored; finished in {:.2}s",
        counts.passed,
        counts.failed,
        started.elapsed().as_secs_f64()
    );
    Ok(counts)
}

/// Each client of each measure is a test, with the reason of its failure. A client without a figure has failed.
fn outcomes(records: &[Record]) -> BTreeMap<String, Option<String>> {
    let mut outcomes = BTreeMap::new();
    for record in records {
        let none = (record.value.is_none()).then(|| "it gave no figure".to_string());
        let failure = record.failure().or(none);
        let test = format!("{}: {}", record.measure, record.client);
        let known = outcomes.entry(test).or_insert(None);
        *known = known.take().or(failure);
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_failed_or_gave_no_figure_has_failed_its_test() {
        let records = r#"[
            { "measure": "first", "size": "1", "client": "a", "value": 1, "unit": "µs" },
            { "measure": "first", "size": "1", "client": "b", "error": "lost" },
            { "measure": "first", "size": "2", "client": "b", "value": 1 },
            { "measure": "first", "size": "1", "client": "c", "value": null } ]"#;
        let records: Vec<Record> = serde_json::from_str(records).unwrap();
        let failed = outcomes(&records)
            .into_iter()
            .map(|(name, why)| (name, why.is_some()));
        let expected = [("first: a", false), ("first: b", true), ("first: c", true)];
        assert!(failed.eq(expected.map(|(name, why)| (name.to_string(), why))));
    }
}
