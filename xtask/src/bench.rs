//! `cargo xtask bench`: the library beside others, in each engine.
//!
//! The page in `bench/www` measures and posts records. This command builds what takes part (`build.rs`), shows the
//! page to each browser (`browser.rs`), and writes all records into one file; `bench/report` makes tables and charts
//! of it and judges the aims. `smoke.rs` runs a moment of everything, as a test.

mod browser;
mod build;
pub mod smoke;

use crate::engine::Engine;
use crate::setup::{self, Tools, browsers, npm};
use crate::{package, process, project, say, server};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use xshell::{Shell, cmd};

/// The measures of the page, `bench/www/bench.js`, and the sizes of the smallest apps.
const MEASURES: [&str; 10] = [
    "throughput",
    "latency",
    "first",
    "streams",
    "names",
    "huge",
    "memory",
    PARSERS,
    "decode",
    SIZES,
];
/// The measure that runs on the host as well.
const PARSERS: &str = "parsers";
/// The measure that needs no browser.
const SIZES: &str = "sizes";

#[derive(clap::Args)]
pub struct Args {
    /// Only these engines
    #[arg(long, value_enum)]
    engine: Vec<Engine>,
    /// Only these measures (may be given several times)
    #[arg(long, value_name = "MEASURE", value_parser = MEASURES)]
    measure: Vec<String>,
    /// How often each contestant is measured
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// A tenth of the events and two rounds: to see that all works, not for figures
    #[arg(long)]
    quick: bool,
    /// Only contestants whose name contains this, beside those they are compared to; no sizes
    #[arg(long, value_name = "NAME", default_value = "")]
    only: String,
    /// Put the results of a full run into bench/results and BENCHMARKS.md
    #[arg(long, conflicts_with_all = ["engine", "measure", "quick", "only"])]
    save: bool,
    /// A few events for every contestant, in one engine, to see that all is received: a test
    #[arg(long, conflicts_with_all = ["save", "quick", "only", "measure"])]
    smoke: bool,
}

impl Args {
    fn wants(&self, measure: &str) -> bool {
        self.measure.is_empty() || self.measure.iter().any(|wanted| wanted == measure)
    }

    fn wants_page(&self) -> bool {
        self.measure.is_empty() || self.measure.iter().any(|wanted| wanted != SIZES)
    }

    fn wants_engine(&self, engine: Engine) -> bool {
        self.wants_page() && (self.engine.is_empty() || self.engine.contains(&engine))
    }
}

/// One figure of one client, or why there is none. What it means is the report's business.
#[derive(Serialize, Deserialize)]
struct Record {
    measure: String,
    client: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Nothing for what was measured on the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

impl Record {
    fn failure(&self) -> Option<String> {
        let size = self.size.as_deref().unwrap_or("all");
        let error = self.error.as_ref();
        error.map(|error| format!("{size}: {error}"))
    }
}

/// All that one run of the benchmark has measured.
#[derive(Default, Serialize)]
struct Run {
    engines: Vec<browser::Version>,
    records: Vec<Record>,
}

pub fn run(args: &Args) -> Result<ExitCode> {
    let tools = setup::wasm()?;
    let host = setup::host_shell()?;
    package::build(&tools)?;
    if args.smoke {
        return smoke::run(&args.engine, &host, &tools);
    }
    let mut run = Run::default();
    let weigh = args.wants(SIZES) && args.only.is_empty();
    run.records.extend(build::bundles(&tools, weigh)?);
    if args.wants(PARSERS) {
        run.records.extend(on_host(args, &host)?);
    }
    if args.wants_page() {
        build::contestants(&tools)?;
        in_engines(args, &host, &tools, &mut run)?;
    }
    report(args, &tools, &run)
}

fn on_host(args: &Args, host: &Shell) -> Result<Vec<Record>> {
    say::step("measuring the parsers on the host");
    let milliseconds = if args.quick { "5" } else { "50" };
    let rounds = args.rounds.to_string();
    let records = cmd!(
        host,
        "cargo run --quiet --package bench --bin parsers --features parsers --profile speed -- {rounds} {milliseconds}"
    );
    Ok(serde_json::from_str(&records.quiet().read()?)?)
}

fn in_engines(args: &Args, host: &Shell, tools: &Tools, run: &mut Run) -> Result<()> {
    let server = server::build_fast(host)?;
    let (rounds, share) = if args.quick {
        (2, 0.1)
    } else {
        (args.rounds, 1.0)
    };
    let mut query = format!(
        "rounds={rounds}&share={share}&only={}",
        args.only.replace(' ', "+")
    );
    for measure in &args.measure {
        query += &format!("&measure={measure}");
    }
    for engine in Engine::ALL {
        if !args.wants_engine(engine) {
            continue;
        }
        match browsers::program(tools, engine) {
            Ok(program) => {
                say::step(format!("{engine}: {rounds} rounds of every contestant"));
                // Far longer than any measure takes.
                let patience = Duration::from_secs(15 * 60);
                let browser = browser::Browser { engine, program };
                let records = browser.measure(&server, &query, patience)?;
                run.records.extend(records);
                run.engines.push(browser.version());
            }
            Err(error) => say::notice(format!("{error:#}")),
        }
    }
    ensure!(!run.engines.is_empty(), "there is no browser to run in");
    Ok(())
}

/// Writes all records, and tables and charts of them; an error if a client failed.
fn report(args: &Args, tools: &Tools, run: &Run) -> Result<ExitCode> {
    let path = folder()?.join("run.json");
    fs::write(&path, serde_json::to_string(run)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let failed = run.records.iter().filter_map(|record| {
        let engine = record.engine.as_deref().unwrap_or("host");
        let (measure, client) = (&record.measure, &record.client);
        Some(format!(
            "{engine}: {measure}: {client}: {}",
            record.failure()?
        ))
    });
    let failed: Vec<String> = failed.collect();
    let complete = failed.is_empty() && run.engines.len() == Engine::ALL.len();
    let save: &[&str] = if args.save && complete {
        &["--save"]
    } else {
        &[]
    };

    let dir = project::root().join("bench").join("report");
    npm::install(tools, &dir, "the library that draws the charts")?;
    let script = dir.join("report.js");
    process::run(cmd!(tools.sh, "node {script} {path} {save...}"))?;
    if !failed.is_empty() {
        bail!("{}", failed.join("\n"));
    }
    ensure!(
        complete || !args.save,
        "only a run in every engine is saved"
    );
    Ok(ExitCode::SUCCESS)
}

/// Where everything is put together.
fn folder() -> Result<PathBuf> {
    let dir = project::root().join("target").join("bench");
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    Ok(dir)
}
