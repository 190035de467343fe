//! A moment of every contestant and every measure, to see that all still receive what they are sent.
//!
//! It is a test, and prints what tests print. All but the package is built without optimization.

use super::browser::{self, Order};
use super::build::{self, Purpose};
use super::figures::{self, Part};
use crate::engine::Engine;
use crate::results::Counts;
use crate::server;
use crate::setup::{Tools, browsers};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use xshell::{Shell, cmd};

/// How long one measure may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// In the engines that are asked for, or the first that there is. The npm package must have been built.
pub fn run(engines: &[Engine], host: &Shell, tools: &Tools) -> Result<ExitCode> {
    let mut counts = Counts::default();
    let server = prepare(host, tools)?;
    if engines.is_empty() {
        counts += test(first_engine(tools)?, tools, &server)?;
    }
    for engine in engines {
        counts += test(*engine, tools, &server)?;
    }
    Ok(match counts.failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// In one engine, as a part of all tests.
pub fn count(engine: Engine, host: &Shell, tools: &Tools) -> Result<Counts> {
    let server = prepare(host, tools)?;
    test(engine, tools, &server)
}

fn first_engine(tools: &Tools) -> Result<Engine> {
    let there = |engine: &Engine| browsers::program(tools, *engine).is_ok();
    let engine = Engine::ALL.into_iter().find(there);
    engine.context("there is no browser to run in")
}

/// Builds all; says where the server is.
fn prepare(host: &Shell, tools: &Tools) -> Result<PathBuf> {
    let dir = super::folder()?;
    super::provide(tools, &dir, None)?;
    build::contestants(tools, &dir, Purpose::Smoke)?;
    let parsers = build::parsers(host, Purpose::Smoke)?;
    let races = cmd!(host, "{parsers} 1 0").quiet().read()?;
    if figures::races(&races)?.is_empty() {
        bail!("the parsers on the host have run nothing");
    }
    server::build(host)
}

fn test(engine: Engine, tools: &Tools, server: &Path) -> Result<Counts> {
    let started = Instant::now();
    let order = Order {
        rounds: 1,
        share: 0.0,
        smoke: true,
        measures: Vec::new(),
        only: "",
        patience: PATIENCE,
    };
    let browser = browsers::program(tools, engine)?;
    let dir = super::folder()?;
    let figures = browser::measure(&order, tools, &dir, server, engine, &browser)?;
    let outcomes = outcomes(&figures.parts);
    println!("running {} tests", outcomes.len());
    let mut counts = Counts::default();
    for (test, failure) in outcomes {
        let verdict = if failure.is_none() { "ok" } else { "FAILED" };
        println!("test bench: {engine}: {test} ... {verdict}");
        match failure {
            None => counts.passed += 1,
            Some(failure) => {
                println!("    {failure}");
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

/// Each contestant of each measure is a test; with what it failed, if it did.
fn outcomes(parts: &[Part]) -> BTreeMap<String, Option<String>> {
    let mut outcomes = BTreeMap::new();
    for part in parts {
        let measure = part.measure.name();
        let growths = part.growths.iter().map(|growth| growth.name.as_str());
        for name in part.names().into_iter().chain(growths) {
            outcomes.insert(format!("{measure}: {name}"), None);
        }
        for (name, what, error) in part.errors() {
            let failure = format!("{what}: {error}");
            outcomes.insert(format!("{measure}: {name}"), Some(failure));
        }
        for race in &part.races {
            for one in &race.contestants {
                if one.error.is_none() && one.figures.is_empty() {
                    let failure = format!("{}: it did not run", race.what);
                    outcomes.insert(format!("{measure}: {}", one.name), Some(failure));
                }
            }
        }
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contestant_that_failed_or_did_not_run_has_failed_its_test() {
        let part = r#"{ "measure": "first", "seconds": 1, "races": [ { "what": "", "contestants": [
            { "name": "a", "figures": [1] },
            { "name": "b", "figures": [], "error": "lost" },
            { "name": "c", "figures": [] } ] } ] }"#;
        let outcomes = outcomes(&[serde_json::from_str(part).unwrap()]);
        let failed: Vec<_> = outcomes
            .iter()
            .map(|(name, why)| (name.as_str(), why.is_some()))
            .collect();
        assert_eq!(
            failed,
            [("first: a", false), ("first: b", true), ("first: c", true)]
        );
    }
}
