//! `cargo xtask bench`: the library beside others, in each engine.
//!
//! The page in `bench/www` measures and posts records. This command builds what takes part (`build.rs`), shows the
//! page to each browser (`browser.rs`), reads the CPU time that the page uses (`cpu.rs`), and writes all records into one
//! file; `bench/report` makes tables and a chart of it and judges the aims. `smoke.rs` runs a moment of everything, as a
//! test.

mod browser;
mod build;
mod cpu;
pub mod smoke;

use crate::engine::Engine;
use crate::setup::{self, Tools, browsers, npm};
use crate::{package, process, project, say, server};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use xshell::{Shell, cmd};

/// The measures of the page, `bench/www/bench.js`.
const MEASURES: [&str; 5] = ["memory", "throughput", "latency", "first", PARSERS];
/// The measure that runs on the host as well.
const PARSERS: &str = "parsers";

/// Far longer than the page is ever silent.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

#[derive(clap::Args)]
pub struct Args {
    /// Only these engines
    #[arg(long, value_enum)]
    engine: Vec<Engine>,
    /// Only these measures (may be given several times)
    #[arg(long, value_name = "MEASURE", value_parser = MEASURES)]
    measure: Vec<String>,
    /// How often each contestant is measured
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Fewer events and rounds, in two minutes: to see that all works, not for figures
    #[arg(long)]
    quick: bool,
    /// Only contestants whose name contains this, beside those they are compared to
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

    fn wants_engine(&self, engine: Engine) -> bool {
        self.engine.is_empty() || self.engine.contains(&engine)
    }

    /// What the page reads in `bench/www/options.js`.
    fn query(&self, engine: Engine) -> String {
        let (rounds, warm_ups, share) = match self.quick {
            true => (2, 1, 0.1),
            false => (self.rounds, 3, 1.0),
        };
        // WebKitGTK moves a list of all that has come and is not read, which grows with the burst.
        let most = match (self.quick, engine) {
            (true, _) => 10_000,
            (false, Engine::Webkit) => 30_000,
            (false, _) => 100_000,
        };
        let only = self.only.replace(' ', "+");
        let mut query =
            format!("rounds={rounds}&warm={warm_ups}&most={most}&share={share}&only={only}");
        for measure in &self.measure {
            query += &format!("&measure={measure}");
        }
        query
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
    build::peers(&tools)?;
    build::contestants(&tools)?;
    let server = server::build_fast(&host)?;
    if !cpu::is_measured() {
        say::notice(
            "CPU time is not measured, as this system has no /proc; without it no client's speed is judged",
        );
    }
    if args.wants(PARSERS) {
        run.records.extend(on_host(args, &host)?);
    }
    in_engines(args, &server, &tools, &mut run)?;
    report(args, &tools, &run)
}

fn on_host(args: &Args, host: &Shell) -> Result<Vec<Record>> {
    say::step("measuring the parsers on the host");
    let (rounds, milliseconds) = if args.quick { ("2", "5") } else { ("5", "30") };
    let records = cmd!(
        host,
        "cargo run --quiet --package bench --bin parsers --features parsers --profile speed -- {rounds} {milliseconds}"
    );
    Ok(serde_json::from_str(&records.quiet().read()?)?)
}

fn in_engines(args: &Args, server: &Path, tools: &Tools, run: &mut Run) -> Result<()> {
    for engine in Engine::ALL {
        if !args.wants_engine(engine) {
            continue;
        }
        match browsers::program(tools, engine) {
            Ok(program) => {
                say::step(format!("measuring in {engine}"));
                let browser = browser::Browser { engine, program };
                let records = browser.measure(server, &args.query(engine), PATIENCE)?;
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
