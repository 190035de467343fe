//! `cargo xtask bench`: the library beside others, in each engine.
//!
//! - `build.rs`, `peers.rs`: what has to be compiled, installed and bundled before;
//! - `browser.rs`: a browser on the page that measures, `bench/www`;
//! - `size.rs`: what apps weigh; the parsers on the host are a program of `bench/`;
//! - `figures.rs`: all that was measured; `aims.rs` judges it, `tables.rs` and `page.rs` with its
//!   `chart.rs` show it;
//! - `smoke.rs`: a moment of everything, as a test.

mod aims;
mod browser;
mod build;
mod chart;
mod figures;
mod page;
mod peers;
mod size;
pub mod smoke;
mod tables;

use crate::engine::Engine;
use crate::server;
use crate::setup::{self, Tools, browsers};
use crate::{package, project, say};
use anyhow::{Context, Result, bail, ensure};
use browser::Order;
use build::Purpose;
use figures::{EngineFigures, Figures, Machine, Measure, Race};
use peers::Folders;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use xshell::{Shell, cmd};

#[derive(clap::Args)]
pub struct Args {
    /// Only these engines
    #[arg(long, value_enum, conflicts_with = "save")]
    engine: Vec<Engine>,
    /// Only these measures (may be given several times)
    #[arg(long, value_enum, value_name = "MEASURE", conflicts_with = "save")]
    measure: Vec<Measure>,
    /// How often each contestant is measured
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// A tenth of the events and two rounds: to see that all works, not for figures
    #[arg(long, conflicts_with = "save")]
    quick: bool,
    /// Only contestants whose name contains this, beside those they are compared to; no sizes
    #[arg(long, value_name = "NAME", default_value = "", conflicts_with = "save")]
    only: String,
    /// Put the tables into BENCHMARKS.md
    #[arg(long)]
    save: bool,
    /// A few events for every contestant, in one engine, to see that all is received: a test
    #[arg(long, conflicts_with_all = ["save", "quick", "only", "measure"])]
    smoke: bool,
    /// Measure nothing: tables and charts anew, of the results of the last time
    #[arg(long, conflicts_with_all = ["smoke", "quick", "only", "measure", "engine"])]
    again: bool,
}

/// How long one measure may take; far more than it does.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

impl Args {
    fn wants(&self, measure: Measure) -> bool {
        self.measure.is_empty() || self.measure.contains(&measure)
    }

    fn wants_sizes(&self) -> bool {
        self.wants(Measure::Sizes) && self.only.is_empty()
    }

    fn wants_engines(&self) -> bool {
        Measure::OF_PAGE
            .into_iter()
            .any(|measure| self.wants(measure))
    }

    fn is_everything(&self) -> bool {
        !self.quick && self.measure.is_empty() && self.only.is_empty() && self.engine.is_empty()
    }

    fn rounds(&self) -> u32 {
        if self.quick { 2 } else { self.rounds }
    }
}

pub fn run(args: &Args) -> Result<ExitCode> {
    if args.again {
        let dir = folder()?;
        let path = dir.join("results.json");
        let text = fs::read_to_string(&path);
        let text = text.with_context(|| format!("cannot read {}", path.display()))?;
        let figures = serde_json::from_str(&text);
        let figures = figures
            .with_context(|| format!("{} is of another version: measure again", path.display()))?;
        return tell(args, &dir, &figures);
    }
    let tools = setup::wasm()?;
    let host = setup::host_shell()?;
    if args.smoke {
        package::build(&tools)?;
        return smoke::run(&args.engine, &host, &tools);
    }
    let dir = folder()?;
    let started = Instant::now();
    package::build(&tools)?;
    let glue = args
        .wants_sizes()
        .then(|| size::build(&tools, &dir))
        .transpose()?;
    let folders = provide(&tools, &dir, glue)?;
    let page = args.wants_engines();
    if page {
        build::contestants(&tools, &dir, Purpose::Figures)?;
    }
    let server = page.then(|| server::build_fast(&host)).transpose()?;
    let parsers = args.wants(Measure::Parsers);
    let parsers = parsers
        .then(|| build::parsers(&host, Purpose::Figures))
        .transpose()?;
    say::step(format!(
        "all is built, after {:.0} s",
        started.elapsed().as_secs_f64()
    ));

    let started = Instant::now();
    let sizes = match args.wants_sizes() {
        true => size::weigh(&tools, &folders)?,
        false => Vec::new(),
    };
    let parsers = parsers
        .map(|program| on_host(args, &host, &program))
        .transpose()?;
    let mut figures = Figures {
        machine: Machine::this(),
        complete: args.is_everything(),
        sizes,
        parsers: parsers.unwrap_or_default(),
        engines: Vec::new(),
    };
    for engine in Engine::ALL {
        let wanted = args.engine.is_empty() || args.engine.contains(&engine);
        if let Some(server) = server.as_ref().filter(|_| wanted) {
            match browsers::program(&tools, engine) {
                Ok(browser) => figures
                    .engines
                    .push(in_engine(args, &tools, &dir, server, engine, &browser)?),
                Err(error) => {
                    figures.complete = false;
                    say::notice(format!("{error:#}"));
                }
            }
        }
    }
    ensure!(
        !page || !figures.engines.is_empty(),
        "there is no browser to run in"
    );
    say::step(format!(
        "all is measured, after {:.0} s",
        started.elapsed().as_secs_f64()
    ));
    tell(args, &dir, &figures)
}

/// The results, the page and the tables; an error if a contestant failed.
fn tell(args: &Args, dir: &Path, figures: &Figures) -> Result<ExitCode> {
    let results = dir.join("results.json");
    write(&results, &serde_json::to_string_pretty(figures)?)?;
    let report = dir.join("report.html");
    let libraries = peers::libraries()?;
    write(&report, &page::html(figures, &libraries))?;
    let tables = tables::all(figures, &libraries);
    println!("{tables}");
    say::step(format!("every single figure: {}", results.display()));
    say::step(format!("the same as charts: {}", report.display()));
    let failed = failures(&figures.engines);
    if !failed.is_empty() {
        bail!("{}", failed.join("\n"));
    }
    if args.save {
        ensure!(
            figures.complete,
            "only a full run in every engine is put into BENCHMARKS.md: `cargo xtask bench --save`"
        );
        tables::save(&tables)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn failures(engines: &[EngineFigures]) -> Vec<String> {
    let mut failures = Vec::new();
    for engine in engines {
        for part in &engine.parts {
            for (name, what, error) in part.errors() {
                let (engine, measure) = (&engine.engine, part.measure.name());
                failures.push(format!("{engine}: {measure}, {what}: {name}: {error}"));
            }
        }
    }
    failures
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Where all is put together.
fn folder() -> Result<PathBuf> {
    let dir = project::root().join("target").join("bench");
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    Ok(dir)
}

/// Our package, which must have been built, and those of others.
fn provide(tools: &Tools, dir: &Path, glue: Option<PathBuf>) -> Result<Folders> {
    let folders = Folders {
        npm: build::copy_package(dir)?,
        peers: dir.join("pkg").join("peers"),
        apps: dir.join("apps"),
        glue,
    };
    peers::provide(tools, &folders)?;
    Ok(folders)
}

fn on_host(args: &Args, host: &Shell, program: &Path) -> Result<Vec<Race>> {
    let started = Instant::now();
    let rounds = args.rounds().to_string();
    let milliseconds = if args.quick { "5" } else { "50" };
    let races = cmd!(host, "{program} {rounds} {milliseconds}")
        .quiet()
        .read()?;
    let seconds = started.elapsed().as_secs_f64();
    say::step(format!("the parsers on the host took {seconds:.0} s"));
    figures::races(&races)
}

fn in_engine(
    args: &Args,
    tools: &Tools,
    dir: &Path,
    server: &Path,
    engine: Engine,
    browser: &Path,
) -> Result<EngineFigures> {
    let rounds = args.rounds();
    say::step(format!("{engine}: {rounds} rounds of every contestant"));
    let started = Instant::now();
    let order = Order {
        rounds,
        share: if args.quick { 0.1 } else { 1.0 },
        smoke: false,
        measures: args.measure.iter().map(|measure| measure.name()).collect(),
        only: &args.only,
        patience: PATIENCE,
    };
    let figures = browser::measure(&order, tools, dir, server, engine, browser)?;
    let seconds = started.elapsed().as_secs_f64();
    say::step(format!("{engine} took {seconds:.0} s"));
    Ok(figures)
}
