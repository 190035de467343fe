//! The browser suites: wasm programs of tests, compiled once and run in each engine.

use crate::cargo::{self, Artifacts};
use crate::engine::Engine;
use crate::process::{self, Finished, Output};
use crate::project;
use crate::results;
use crate::say;
use crate::setup::{self, Tools};
use anyhow::Result;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use xshell::cmd;

/// How long one suite may take in one engine, in seconds.
const SUITE_SECONDS: u64 = 600;

/// How long the command around it may take.
pub const LIMIT: Duration = Duration::from_secs(SUITE_SECONDS + 120);

/// A test target of a package, run in a window or in a dedicated worker.
pub struct Suite {
    pub name: &'static str,
    /// The package's folder.
    pub folder: &'static str,
    target: &'static str,
    worker: bool,
    /// A part of the names of tests that are left out.
    skipped: Option<&'static str>,
}

pub static SUITES: [Suite; 4] = [
    Suite::new("web", ".", "web"),
    Suite {
        worker: true,
        skipped: Some("over_fetch::"),
        ..Suite::new("worker", ".", "web")
    },
    Suite::new("yew", "tests/ui/yew", "browser"),
    Suite::new("leptos", "tests/ui/leptos", "browser"),
];

impl Suite {
    const fn new(name: &'static str, folder: &'static str, target: &'static str) -> Self {
        Self {
            name,
            folder,
            target,
            worker: false,
            skipped: None,
        }
    }
}

/// The packages that are compiled for browsers in debug builds. Cargo chooses the features of every
/// dependency for the packages that it is given, so it is always given the same ones: nothing is
/// compiled twice with other features.
pub const PACKAGES: [&str; 7] = [
    "wasm-eventsource",
    "wasm-eventsource-npm",
    "bench",
    "leptos-app",
    "leptos-test",
    "yew-app",
    "yew-test",
];

/// Compiles these suites; with `libraries` the apps and the benchmark's contestants, too.
pub fn build<'s>(
    tools: &Tools,
    suites: impl Iterator<Item = &'s Suite>,
    libraries: bool,
) -> Result<Artifacts> {
    let target = setup::TARGET;
    let packages = PACKAGES.iter().flat_map(|name| ["--package", name]);
    let tests = suites.flat_map(|suite| ["--test", suite.target]);
    let lib = libraries.then_some("--lib");
    cargo::artifacts(
        cmd!(
            tools.sh,
            "cargo build --target {target} {packages...} --all-features {lib...} {tests...}"
        )
        .into(),
    )
}

/// The command that runs a suite in an engine.
pub fn command(
    tools: &Tools,
    engine: Engine,
    driver: &Path,
    suite: &Suite,
    built: &Artifacts,
    filter: Option<&str>,
) -> Result<Command> {
    let program = built.wasm(suite.folder, suite.target)?;
    let skip = suite.skipped.into_iter().flat_map(|part| ["--skip", part]);
    let mut runner = cmd!(
        tools.sh,
        "wasm-bindgen-test-runner {program} {filter...} {skip...}"
    )
    .into();
    configure(&mut runner, suite.worker);
    runner
        .current_dir(project::root().join(suite.folder))
        .env(engine.driver_variable(), driver);
    Ok(engine.command(&runner))
}

/// The command by which a contributor would run a suite: wasm-pack compiles it, then runs it.
pub fn wasm_pack_command(tools: &Tools, engine: Engine, driver: &Path, suite: &Suite) -> Command {
    let (browser, driver_option) = engine.wasm_pack_options();
    let packages = PACKAGES.iter().flat_map(|name| ["--package", name]);
    let target = suite.target;
    let mut command = cmd!(
        tools.sh,
        "wasm-pack --log-level error test --headless {browser} {driver_option} {driver} --mode no-install . {packages...} --all-features --test {target}"
    )
    .into();
    configure(&mut command, suite.worker);
    engine.command(&command)
}

fn configure(command: &mut Command, worker: bool) {
    // Where a program does not say itself where its tests run, the runner learns it from one of these.
    let (used, other) = if worker {
        (
            "WASM_BINDGEN_USE_DEDICATED_WORKER",
            "WASM_BINDGEN_USE_BROWSER",
        )
    } else {
        (
            "WASM_BINDGEN_USE_BROWSER",
            "WASM_BINDGEN_USE_DEDICATED_WORKER",
        )
    };
    command.env(used, "1").env_remove(other);
    // Otherwise the stack of the runner follows each failing test.
    command.env("RUST_BACKTRACE", "0");
    // In a page that is isolated from other origins, a server that allows no access looks like one
    // that is not there.
    command.env("WASM_BINDGEN_TEST_NO_ORIGIN_ISOLATION", "1");
    let capabilities = project::root().join("webdriver.json");
    command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    // Both in seconds; their defaults (20 and 5) are short for a busy machine with two cores.
    for (name, seconds) in [
        ("WASM_BINDGEN_TEST_TIMEOUT", SUITE_SECONDS),
        ("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", 60),
    ] {
        if std::env::var_os(name).is_none() {
            command.env(name, seconds.to_string());
        }
    }
}

/// Runs a suite, and once more if the driver or the browser broke down before any test had run: that
/// says nothing about the tests.
pub fn run(name: &str, command: &mut Command, limit: Duration) -> Result<Finished> {
    let done = process::run_and_read(command, limit, Output::Kept)?;
    if !died_before_any_test(&done) {
        return Ok(done);
    }
    say::notice(format!(
        "{name}: THE DRIVER OR BROWSER BROKE DOWN BEFORE ANY TEST; trying once more"
    ));
    process::run_and_read(command, limit, Output::Kept)
}

fn died_before_any_test(done: &Finished) -> bool {
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
