//! `cargo xtask bench`: the library beside others, in each engine.
//!
//! A browser that is driven tells its driver of every event, which makes the native `EventSource`
//! several times slower. So each browser is only shown a page, which measures alone and posts its
//! figures to the scenario server, and we ask the server for them.

mod peers;
mod report;
mod size;

use crate::engine::Engine;
use crate::process::{self, Group};
use crate::server::{self, Server};
use crate::setup::{self, TARGET, Tools, browsers};
use crate::{project, say};
use anyhow::{Context, Result, bail, ensure};
use report::{EngineFigures, Figures, Machine, Page};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use xshell::cmd;

#[derive(clap::Args)]
pub struct Args {
    /// Only these engines
    #[arg(long, value_enum)]
    engine: Vec<Engine>,
    /// How often each contestant is measured
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// A tenth of the events and three rounds: to see that all works, not for figures
    #[arg(long)]
    quick: bool,
    /// Only contestants whose name contains this, beside those they are compared to; no sizes
    #[arg(long, value_name = "NAME", conflicts_with = "save")]
    only: Option<String>,
    /// Put the tables into BENCHMARKS.md
    #[arg(long)]
    save: bool,
}

/// How long a page may take; far more than it does.
const PAGE_LIMIT: Duration = Duration::from_secs(30 * 60);

pub fn run(args: &Args) -> Result<ExitCode> {
    let tools = setup::wasm()?;
    let dir = project::root().join("target").join("bench");
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    let sizes = match args.only {
        Some(_) => Vec::new(),
        None => size::measure(&tools, &dir)?,
    };
    build_page(&tools, &dir)?;
    peers::provide(&tools, &dir.join("pkg"))?;
    let program = server::build_fast(&setup::host_shell()?)?;

    let mut figures = Figures {
        machine: Machine::this(),
        sizes,
        engines: Vec::new(),
    };
    for engine in Engine::ALL {
        if !args.engine.is_empty() && !args.engine.contains(&engine) {
            continue;
        }
        match browsers::program(&tools, engine) {
            Ok(browser) => figures
                .engines
                .push(race(args, &tools, &dir, &program, engine, &browser)?),
            Err(error) => say::notice(format!("{error:#}")),
        }
    }
    ensure!(!figures.engines.is_empty(), "there is no browser to run in");
    let path = dir.join("results.json");
    fs::write(&path, serde_json::to_string_pretty(&figures)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let tables = figures.tables();
    if args.save {
        report::save(&tables)?;
    }
    println!("{tables}");
    say::step(format!("every single figure: {}", path.display()));
    Ok(ExitCode::SUCCESS)
}

/// Compiles the contestants, for speed, into the folder that the page loads them from; and once
/// more with vector instructions, which an app has to ask for.
fn build_page(tools: &Tools, dir: &Path) -> Result<()> {
    say::step("building the contestants (profile `speed`)");
    process::run(cmd!(
        tools.sh,
        "cargo build --package bench --lib --features fetch --target {TARGET} --profile speed"
    ))?;
    let wasm = wasm_programs(tools, "speed")?.join("bench.wasm");
    let pkg = dir.join("pkg");
    bindgen(tools, &wasm, &pkg, "-O3")?;

    say::step("building them with vector instructions");
    // A folder of its own, as other flags make other programs of the same name.
    let target = dir.join("simd");
    let mut flags = tools.sh.var_os("RUSTFLAGS").unwrap_or_default();
    flags.push(" -Ctarget-feature=+simd128");
    process::run(
        cmd!(
            tools.sh,
            "cargo build --package bench --lib --features fetch --target {TARGET} --profile speed --target-dir {target}"
        )
        .env("RUSTFLAGS", flags),
    )?;
    let wasm = target.join(TARGET).join("speed").join("bench.wasm");
    bindgen(tools, &wasm, &pkg.join("simd"), "-O3").map(drop)
}

/// Where cargo puts what it compiles for wasm.
fn wasm_programs(tools: &Tools, profile: &str) -> Result<PathBuf> {
    let target = match tools.sh.var_os("CARGO_TARGET_DIR") {
        Some(dir) => tools.sh.current_dir().join(dir),
        None => project::host_programs()?.with_file_name(""),
    };
    Ok(target.join(TARGET).join(profile))
}

/// Makes a module that a page can load, and says where its wasm is.
fn bindgen(tools: &Tools, wasm: &Path, out: &Path, level: &str) -> Result<PathBuf> {
    process::run(cmd!(
        tools.sh,
        "wasm-bindgen --target web --no-typescript --out-dir {out} {wasm}"
    ))?;
    let name = wasm.file_stem().context("the wasm has no name")?;
    let path = out.join(format!("{}_bg.wasm", name.to_string_lossy()));
    if tools.wasm_opt {
        process::run(cmd!(tools.sh, "wasm-opt {level} {path} -o {path}"))?;
    }
    Ok(path)
}

/// Runs the page in one engine, with a server of its own.
fn race(
    args: &Args,
    tools: &Tools,
    dir: &Path,
    server: &Path,
    engine: Engine,
    browser: &Path,
) -> Result<EngineFigures> {
    let folders = [
        ("--www", project::root().join("bench/www")),
        ("--pkg", dir.join("pkg")),
    ];
    let server = Server::serving(server, 0, &folders)?;
    let rounds = if args.quick { 3 } else { args.rounds };
    let share = if args.quick { 0.1 } else { 1.0 };
    let key = format!("bench-{engine}");
    let url = format!(
        "{}/index.html?key={key}&rounds={rounds}&share={share}&only={}",
        server.address,
        args.only.as_deref().unwrap_or_default().replace(' ', "+")
    );
    say::step(format!("{engine}: {rounds} rounds of every contestant"));
    let profile = fresh_profile(dir, engine)?;
    let mut words: Vec<&std::ffi::OsStr> = engine.display().iter().map(|w| w.as_ref()).collect();
    words.push(browser.as_os_str());
    let (first, rest) = words.split_first().context("there are words")?;
    let mut command = Command::new(first);
    let log = fs::File::create(dir.join(format!("{engine}.log")))?;
    command
        .args(rest)
        .args(engine.page_arguments(&profile, &url))
        .envs(engine.variables().iter().copied())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let mut page = Group::spawn(&mut command)?;
    let figures = posted(&server, &key, &mut page).with_context(|| format!("{engine}"))?;
    Ok(EngineFigures {
        engine: engine.to_string(),
        version: version(engine, tools, browser),
        rounds,
        page: figures,
    })
}

/// An empty profile: nothing is remembered, nothing is asked.
fn fresh_profile(dir: &Path, engine: Engine) -> Result<PathBuf> {
    let profile = dir.join(format!("profile-{engine}"));
    let _ = fs::remove_dir_all(&profile);
    fs::create_dir_all(&profile)?;
    if engine == Engine::Firefox {
        // No page of its own beside ours, no reports, no updates; and a clock that does not tick in
        // milliseconds.
        let settings = [
            "browser.aboutwelcome.enabled",
            "browser.shell.checkDefaultBrowser",
            "datareporting.policy.dataSubmissionEnabled",
            "extensions.update.enabled",
            "app.normandy.enabled",
            "privacy.reduceTimerPrecision",
        ];
        let lines = settings.map(|name| format!("user_pref(\"{name}\", false);\n"));
        fs::write(profile.join("user.js"), lines.concat())?;
    }
    Ok(profile)
}

/// What the page posts when it is done.
fn posted(server: &Server, key: &str, page: &mut Group) -> Result<Page> {
    #[derive(Deserialize)]
    struct Request {
        body: String,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Outcome {
        Failed { error: String },
        Measured(Page),
    }

    let started = Instant::now();
    let wait = format!(
        "{}/counts/{key}/wait?requests=1&timeout_ms=2000",
        server.address
    );
    while let Err(error) = ureq::get(&wait).call() {
        // It says so when the time ran out.
        if !matches!(error, ureq::Error::StatusCode(409)) {
            return Err(error.into());
        }
        if let Some(status) = page.child.try_wait()? {
            bail!(
                "the browser ended before the page was done ({status}); see its log in target/bench"
            );
        }
        ensure!(
            started.elapsed() < PAGE_LIMIT,
            "the page has posted nothing for {} minutes",
            PAGE_LIMIT.as_secs() / 60
        );
    }
    let requests: Vec<Request> = ureq::get(format!("{}/requests/{key}", server.address))
        .call()?
        .body_mut()
        .read_json()?;
    let request = requests.first().context("the post of the page is gone")?;
    match serde_json::from_str(&request.body).context("the page posted something else")? {
        Outcome::Measured(page) => Ok(page),
        Outcome::Failed { error } => bail!(error),
    }
}

/// The version as the browser itself prints it.
fn version(engine: Engine, tools: &Tools, browser: &Path) -> String {
    let display = engine.display();
    let (program, words) = match display.split_first() {
        Some((program, words)) => (program.as_ref(), words),
        None => (browser.as_os_str(), display),
    };
    let own = (!display.is_empty()).then_some(browser);
    let told = cmd!(tools.sh, "{program} {words...} {own...} --version")
        .envs(engine.variables().iter().copied())
        .quiet()
        .ignore_stderr()
        .read();
    let told = told.unwrap_or_default();
    setup::first_version(&told).unwrap_or("?").to_string()
}
