//! `cargo xtask test`: every check and every test, on the host and in three browser engines.
//!
//! A step that fails does not hide the others: all run, and what failed is listed at the end.

use crate::engine::Engine;
use crate::results::{self, Counts};
use crate::server::{self, Server};
use crate::setup::{self, Tools, browsers};
use crate::{demo, process, project, say};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;
use xshell::{Shell, cmd};

#[derive(clap::Args)]
pub struct Args {
    /// Test in this engine only (may be given several times)
    #[arg(long, value_name = "ENGINE")]
    engine: Vec<Engine>,
    /// Run only the browser tests whose name contains this, and nothing else
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Leave out all that runs on the host: formatting, clippy, rustdoc, host tests
    #[arg(long)]
    skip_host: bool,
}

/// The browser suites: test targets of the root package.
const SUITES: [&str; 2] = ["web", "worker"];

/// How long one suite may take in one engine once it has been compiled, in seconds.
const SUITE_SECONDS: u64 = 300;
/// How long the whole command around it may take: compiling comes first.
const COMMAND_LIMIT: Duration = Duration::from_secs(40 * 60);

/// What failed, in the order in which it did.
#[derive(Default)]
struct Failures(Vec<String>);

impl Failures {
    fn note(&mut self, what: impl Into<String>) {
        let what = what.into();
        eprintln!("failed: {what}");
        self.0.push(what);
    }

    fn keep<T>(&mut self, what: &str, outcome: Result<T>) -> Option<T> {
        outcome
            .map_err(|error| self.note(format!("{what}: {error:#}")))
            .ok()
    }
}

pub fn run(args: &Args) -> Result<ExitCode> {
    let mut failures = Failures::default();
    let host = setup::host_shell()?;
    let tools = setup::wasm()?;
    let engines = ready_engines(args, &tools)?;

    let mut host_counts = None;
    if args.filter.is_none() && !args.skip_host {
        check(&host, &tools, &mut failures);
        host_counts = failures.keep("host tests", host_tests(&host));
        if host_counts.is_some_and(|counts| counts.failed > 0) {
            failures.note("host tests");
        }
    }

    let mut lines: Vec<(String, Counts)> = Vec::new();
    if let Some(counts) = host_counts {
        lines.push(("host".to_string(), counts));
    }
    let started = server::build(&host).and_then(|program| Server::start(&program, 0));
    if let Some(server) = failures.keep("scenario server", started) {
        server.announce()?;
        let page = page_test(args, &tools, &mut failures);
        let mut by_engine = Vec::new();
        for (engine, driver) in engines {
            let mut counts = Counts::default();
            for suite in SUITES {
                counts += run_suite(&tools, engine, &driver, suite, args, &mut failures);
            }
            if let Some(page) = &page {
                counts += run_page_test(&host, page, engine, &driver, &server, &mut failures);
            }
            by_engine.push((engine, counts));
        }
        compare(&by_engine, &mut failures);
        lines.extend(
            by_engine
                .into_iter()
                .map(|(engine, counts)| (engine.to_string(), counts)),
        );
    }
    report(&lines, &failures)
}

/// The engines to test in, each with its driver.
fn ready_engines(args: &Args, tools: &Tools) -> Result<Vec<(Engine, PathBuf)>> {
    let mut ready = Vec::new();
    for engine in Engine::ALL {
        if !args.engine.is_empty() && !args.engine.contains(&engine) {
            continue;
        }
        match browsers::ensure(tools, engine) {
            Ok(driver) => ready.push((engine, driver)),
            Err(error) if project::in_ci() => return Err(error),
            Err(error) => say::notice(format!("{error:#}")),
        }
    }
    if ready.is_empty() {
        bail!("there is no browser engine to test in; see the notices above");
    }
    Ok(ready)
}

/// Formatting, clippy, rustdoc, and the crate alone with its default features.
fn check(host: &Shell, tools: &Tools, failures: &mut Failures) {
    let mut step = |name: &str, command: Command| {
        say::step(name);
        failures.keep(name, process::run(command));
    };
    step("formatting", cmd!(host, "cargo fmt --all --check").into());
    step(
        "clippy on the host",
        cmd!(
            host,
            "cargo clippy --workspace --all-targets --all-features -- -D warnings"
        )
        .into(),
    );
    if tools.clippy {
        let target = setup::TARGET;
        step(
            "clippy for wasm",
            cmd!(
                tools.sh,
                "cargo clippy --package wasm-eventsource --target {target} --all-targets --all-features -- -D warnings"
            )
            .into(),
        );
    } else {
        say::notice("clippy for wasm is left out: this toolchain has no clippy");
    }
    step(
        "the crate on the host with default features",
        cmd!(host, "cargo check --package wasm-eventsource").into(),
    );
    step(
        "rustdoc",
        cmd!(host, "cargo doc --workspace --all-features --no-deps")
            .env("RUSTDOCFLAGS", "-D warnings")
            .into(),
    );
}

/// Unit tests, integration tests and the examples in the documentation.
fn host_tests(host: &Shell) -> Result<Counts> {
    say::step("host tests");
    let tests = cmd!(host, "cargo test --workspace --all-features --no-fail-fast");
    let done = process::run_and_read(tests, COMMAND_LIMIT)?;
    let mut counts = results::read(&done.output).counts;
    if !done.status.is_some_and(|status| status.success()) {
        counts.failed = counts.failed.max(1);
    }
    Ok(counts)
}

/// Runs one suite in one engine.
fn run_suite(
    tools: &Tools,
    engine: Engine,
    driver: &Path,
    suite: &str,
    args: &Args,
    failures: &mut Failures,
) -> Counts {
    say::step(format!("{engine}: suite {suite}"));
    let run = || {
        process::run_and_read(
            suite_command(tools, engine, driver, suite, args),
            COMMAND_LIMIT,
        )
    };
    let mut done = run();
    if done.as_ref().is_ok_and(died_before_any_test) {
        say::notice(format!(
            "{engine}: THE DRIVER OR BROWSER BROKE DOWN BEFORE ANY TEST of the suite {suite}; \
             trying once more"
        ));
        done = run();
    }
    let done = match done {
        Ok(done) => done,
        Err(error) => {
            failures.note(format!("{engine}: suite {suite}: {error:#}"));
            return Counts {
                failed: 1,
                ..Counts::default()
            };
        }
    };
    let ended = done.status.map(|status| status.success());
    let verdict = results::judge(&results::read(&done.output), ended, args.filter.is_some());
    if let Some(problem) = verdict.problem {
        failures.note(format!("{engine}: suite {suite}: {problem}"));
    }
    if verdict.counts.ignored > 0 {
        say::notice(format!(
            "{engine}: suite {suite}: {} ignored",
            verdict.counts.ignored
        ));
    }
    verdict.counts
}

fn suite_command(
    tools: &Tools,
    engine: Engine,
    driver: &Path,
    suite: &str,
    args: &Args,
) -> Command {
    let (browser, driver_option) = engine.wasm_pack_options();
    let mut words: Vec<&str> = engine.display().to_vec();
    words.extend([
        "wasm-pack",
        "--log-level",
        "error",
        "test",
        "--headless",
        browser,
    ]);
    let (program, words) = words.split_first().expect("there are words");
    let mut filter = Vec::new();
    if let Some(name) = &args.filter {
        filter = vec!["--", name];
    }
    let sh = &tools.sh;
    let command = cmd!(
        sh,
        "{program} {words...} {driver_option} {driver} --mode no-install . --all-features --test {suite} {filter...}"
    );
    let mut command: Command = command.into();
    command.envs(engine.variables().iter().copied());
    // A failing test would otherwise be followed by the stack of the runner that reports it.
    command.env("RUST_BACKTRACE", "0");
    // Both in seconds; their defaults (20 and 5) are short for a busy machine with two cores.
    for (name, seconds) in [
        ("WASM_BINDGEN_TEST_TIMEOUT", SUITE_SECONDS),
        ("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", 60),
    ] {
        if sh.var_os(name).is_none() {
            command.env(name, seconds.to_string());
        }
    }
    command
}

/// Whether all was compiled, but then the driver or the browser failed before the page could run
/// anything: that says nothing about the tests.
fn died_before_any_test(done: &process::Finished) -> bool {
    let failed = done.status.is_some_and(|status| !status.success());
    let reached = [
        "Running headless tests in",
        "Failed to start driver",
        "driver failed to",
    ]
    .iter()
    .any(|text| done.output.contains(text));
    failed && reached && results::read(&done.output).announced == 0
}

/// The crate that loads the demo page in each engine and uses it, once it exists.
struct PageTest;

/// Builds what the page test needs; nothing if it is not to run.
fn page_test(args: &Args, tools: &Tools, failures: &mut Failures) -> Option<PageTest> {
    if args.filter.is_some() || !project::root().join("tests/page/Cargo.toml").exists() {
        return None;
    }
    failures
        .keep("demo page: package", demo::build_package(tools))
        .map(|()| PageTest)
}

/// Runs the page test in one engine.
fn run_page_test(
    host: &Shell,
    _page: &PageTest,
    engine: Engine,
    driver: &Path,
    server: &Server,
    failures: &mut Failures,
) -> Counts {
    say::step(format!("{engine}: demo page"));
    let mut words: Vec<&str> = engine.display().to_vec();
    words.extend(["cargo", "test", "--package", "page-test"]);
    let (program, words) = words.split_first().expect("there are words");
    let mut command: Command = cmd!(host, "{program} {words...} -- --test-threads=1").into();
    command
        .envs(engine.variables().iter().copied())
        .env("SCENARIO_SERVER", &server.address)
        .env("ENGINE", engine.to_string())
        .env("DRIVER", driver);
    let outcome = process::run_and_read(command, COMMAND_LIMIT);
    let Some(done) = failures.keep(&format!("{engine}: demo page"), outcome) else {
        return Counts {
            failed: 1,
            ..Counts::default()
        };
    };
    let mut counts = results::read(&done.output).counts;
    if !done.status.is_some_and(|status| status.success()) || counts.run() == 0 {
        counts.failed = counts.failed.max(1);
        failures.note(format!("{engine}: demo page"));
    }
    counts
}

/// An engine that ran nothing, or fewer tests than another, has not been tested.
fn compare(engines: &[(Engine, Counts)], failures: &mut Failures) {
    let most = engines
        .iter()
        .map(|(_, counts)| counts.run())
        .max()
        .unwrap_or(0);
    for (engine, counts) in engines {
        if counts.run() == 0 {
            failures.note(format!("{engine}: no test ran"));
        } else if counts.run() < most {
            failures.note(format!(
                "{engine}: {} tests ran, but {most} in another engine",
                counts.run()
            ));
        }
    }
}

/// The end of the output: what failed, one line per engine, and the sum as the last line.
fn report(lines: &[(String, Counts)], failures: &Failures) -> Result<ExitCode> {
    println!();
    for failure in &failures.0 {
        println!("failed: {failure}");
    }
    let mut sum = Counts::default();
    for (name, counts) in lines {
        sum += *counts;
        println!(
            "{name}: {} tests run, {} passed, {} failed",
            counts.run(),
            counts.passed,
            counts.failed
        );
    }
    // A failed check is no test, but "0 failed" must mean that nothing failed.
    if sum.failed == 0 {
        sum.failed = u32::try_from(failures.0.len()).context("too many failures to count")?;
    }
    println!("{} passed, {} failed", sum.passed, sum.failed);
    Ok(if failures.0.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
