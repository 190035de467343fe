//! `cargo xtask test`: every check and every test, on the host and in three browser engines.
//!
//! A step that fails does not hide the others: all run, and what failed is listed at the end.

mod consumers;

use crate::demo::App;
use crate::engine::Engine;
use crate::process::Finished;
use crate::results::{self, Counts};
use crate::server::{self, Server};
use crate::setup::{self, Tools, browsers, linters};
use crate::{bench, package, process, project, say};
use anyhow::Result;
use std::ffi::OsStr;
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
    /// Run only this browser suite, and nothing else (may be given several times)
    #[arg(long, value_name = "SUITE", value_parser = SUITES.each_ref().map(|suite| suite.name))]
    suite: Vec<String>,
    /// Leave out all that runs on the host: formatting, clippy, rustdoc, host tests
    #[arg(long)]
    skip_host: bool,
}

impl Args {
    /// Whether only some of the browser tests are to run.
    fn is_partial(&self) -> bool {
        self.filter.is_some() || !self.suite.is_empty()
    }

    fn suites(&self) -> impl Iterator<Item = &'static Suite> {
        let wanted = |name: &str| self.suite.is_empty() || self.suite.iter().any(|s| s == name);
        SUITES.iter().filter(move |suite| wanted(suite.name))
    }
}

/// A browser suite: a test target of a package.
struct Suite {
    name: &'static str,
    /// The package's folder.
    package: &'static str,
    target: &'static str,
    features: &'static str,
}

impl Suite {
    /// One of the crate's own. It does without the frameworks, for which it would have to wait.
    const fn of_the_crate(target: &'static str) -> Self {
        Self {
            name: target,
            package: ".",
            target,
            features: "fetch,js,npm",
        }
    }

    /// One of a package for a framework.
    const fn of_a_framework(name: &'static str, package: &'static str) -> Self {
        Self {
            name,
            package,
            target: "browser",
            features: "",
        }
    }
}

static SUITES: [Suite; 5] = [
    Suite::of_the_crate("web"),
    Suite::of_the_crate("worker"),
    Suite::of_the_crate("fetch"),
    Suite::of_a_framework("yew", "tests/ui/yew"),
    Suite::of_a_framework("leptos", "tests/ui/leptos"),
];

/// How long one suite may take in one engine once it has been compiled, in seconds.
const SUITE_SECONDS: u64 = 600;
/// How long the whole command around it may take: compiling comes first.
const COMMAND_LIMIT: Duration = Duration::from_secs(40 * 60);

/// How long the demo page, or the package, may take in one engine; all is compiled before.
const PAGE_LIMIT: Duration = Duration::from_secs(10 * 60);

/// How much is said again at the end of what is known of a failure.
const TOLD_LINES: usize = 60;

/// What failed, in the order in which it did.
#[derive(Default)]
struct Failures {
    list: Vec<Failure>,
    /// How many of them are no tests: they are in no program's count.
    other: u32,
}

struct Failure {
    what: String,
    /// What the test program said of it.
    told: Vec<String>,
}

impl Failures {
    /// Something failed that no test program counts.
    fn note(&mut self, what: impl Into<String>) {
        self.other += 1;
        self.note_counted(what, &[]);
    }

    /// Tests failed, their number is known, and this was told of them.
    fn note_counted(&mut self, what: impl Into<String>, told: &[&str]) {
        let what = what.into();
        eprintln!("failed: {what}");
        let told = told.iter().map(ToString::to_string).collect();
        self.list.push(Failure { what, told });
    }

    fn keep<T>(&mut self, what: &str, outcome: Result<T>) -> Option<T> {
        outcome
            .map_err(|error| self.note(format!("{what}: {error:#}")))
            .ok()
    }
}

/// One line of the summary.
struct Line {
    name: String,
    counts: Counts,
    remark: &'static str,
}

impl Line {
    fn new(name: impl ToString, counts: Counts, remark: &'static str) -> Self {
        let name = name.to_string();
        Self {
            name,
            counts,
            remark,
        }
    }
}

pub fn run(args: &Args) -> Result<ExitCode> {
    let mut failures = Failures::default();
    let mut lines = Vec::new();
    let host = setup::host_shell()?;
    let tools = setup::wasm()?;
    let engines = drivers(args, &tools, &mut failures);

    let on_host = !args.is_partial() && !args.skip_host;
    let mut host_counts = Counts::default();
    if on_host {
        check(&host, &tools, &mut failures);
        host_counts += host_tests(&host, &mut failures);
    }

    let page = build_page_test(args, &host, &tools, &mut failures);
    let sites = page.is_some() && consumers::build_sites(&tools, &mut failures);
    let server = server::build(&host).and_then(|program| {
        let server = Server::for_tests(&program, &consumers::sites())?;
        SUITES
            .iter()
            .try_for_each(|suite| server.announce(suite.package))?;
        Ok(server)
    });
    let server = failures.keep("scenario server", server);
    if on_host {
        if let (Some(server), true) = (&server, sites) {
            host_counts += consumers::host_tests(&tools, server, &mut failures);
        }
        lines.push(Line::new("host", host_counts, ""));
    }
    let mut tested = Vec::new();
    let first = engines.iter().find(|(_, driver)| driver.is_some());
    if let (Some(_), Some((engine, _))) = (&page, first) {
        let counts = smoke_bench(*engine, &host, &tools, &mut failures);
        lines.push(Line::new("bench", counts, ""));
    }
    for (engine, driver) in engines {
        let (Some(server), Some(driver)) = (&server, driver) else {
            lines.push(Line::new(
                engine,
                Counts::default(),
                " (not tested, see above)",
            ));
            continue;
        };
        let mut counts = Counts::default();
        for suite in args.suites() {
            counts += run_suite(&tools, engine, &driver, suite, args, &mut failures);
        }
        if let Some(page) = &page {
            counts += run_page_test(page, PageTest::Demo, engine, &driver, server, &mut failures);
            for app in App::ALL {
                let what = PageTest::App(app);
                counts += run_page_test(page, what, engine, &driver, server, &mut failures);
            }
            if sites {
                let what = PageTest::Package;
                counts += run_page_test(page, what, engine, &driver, server, &mut failures);
            }
        }
        tested.push((engine, counts));
        lines.push(Line::new(engine, counts, ""));
    }
    if tested.is_empty() {
        failures.note("no browser engine was tested");
    }
    compare(&tested, &mut failures);
    Ok(report(&lines, &failures))
}

/// The engines that were asked for, each with its driver if it can be tested in.
fn drivers(args: &Args, tools: &Tools, failures: &mut Failures) -> Vec<(Engine, Option<PathBuf>)> {
    let wanted = |engine: &Engine| args.engine.is_empty() || args.engine.contains(engine);
    let mut engines = Vec::new();
    for engine in Engine::ALL.into_iter().filter(wanted) {
        let driver = match browsers::ensure(tools, engine) {
            Ok(driver) => Some(driver),
            Err(error) => {
                if project::in_ci() {
                    failures.note(format!("{error:#}"));
                } else {
                    say::notice(format!("{error:#}"));
                }
                None
            }
        };
        engines.push((engine, driver));
    }
    engines
}

/// Formatting, clippy, rustdoc, and the crate alone with its default features.
fn check(host: &Shell, tools: &Tools, failures: &mut Failures) {
    linters::ensure(tools, host);
    let fmt = linters::shell(tools, host, "fmt");
    let clippy = linters::shell(tools, host, "clippy");
    let mut step = |name: &str, command: Command| {
        say::step(name);
        failures.keep(name, process::run(command));
    };
    step("formatting", cmd!(fmt, "cargo fmt --all --check").into());
    step(
        "clippy on the host",
        cmd!(
            clippy,
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
                "cargo clippy --package wasm-eventsource --package bench --package leptos-app --package leptos-test --package yew-app --package yew-test --target {target} --all-targets --all-features -- -D warnings"
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
fn host_tests(host: &Shell, failures: &mut Failures) -> Counts {
    say::step("host tests");
    let tests = cmd!(host, "cargo test --workspace --all-features --no-fail-fast");
    let done = process::run_and_read(tests, COMMAND_LIMIT);
    let Some(done) = failures.keep("host tests", done) else {
        return Counts::default();
    };
    let printed = results::read(&done.output);
    let mut counts = printed.counts;
    if !done.status.is_some_and(|status| status.success()) {
        counts.failed = counts.failed.max(1);
        failures.note_counted("host tests", &printed.failures);
    }
    counts
}

/// Runs one suite in one engine.
fn run_suite(
    tools: &Tools,
    engine: Engine,
    driver: &Path,
    suite: &Suite,
    args: &Args,
    failures: &mut Failures,
) -> Counts {
    let what = format!("{engine}: suite {}", suite.name);
    say::step(&what);
    let run = || {
        process::run_and_read(
            suite_command(tools, engine, driver, suite, args),
            COMMAND_LIMIT,
        )
    };
    let mut done = run();
    if done.as_ref().is_ok_and(died_before_any_test) {
        say::notice(format!(
            "{engine}: THE DRIVER OR BROWSER BROKE DOWN BEFORE ANY TEST of the suite {}; \
             trying once more",
            suite.name
        ));
        done = run();
    }
    count(done, &what, args.filter.is_some(), failures)
}

fn suite_command(
    tools: &Tools,
    engine: Engine,
    driver: &Path,
    suite: &Suite,
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
    let Suite {
        package,
        target,
        features,
        ..
    } = suite;
    let command = cmd!(
        sh,
        "{program} {words...} {driver_option} {driver} --mode no-install {package} --features {features} --test {target} {filter...}"
    );
    let mut command: Command = command.into();
    command.envs(engine.variables().iter().copied());
    // A failing test would otherwise be followed by the stack of the runner that reports it.
    command.env("RUST_BACKTRACE", "0");
    // A page that is isolated from other origins cannot tell a server that allows it nothing from one
    // that is not there.
    command.env("WASM_BINDGEN_TEST_NO_ORIGIN_ISOLATION", "1");
    let capabilities = project::root().join("webdriver.json");
    command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
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

/// Builds the npm package, the apps, and the program that uses the pages in a browser; says where that
/// program is, unless it is not to run.
fn build_page_test(
    args: &Args,
    host: &Shell,
    tools: &Tools,
    failures: &mut Failures,
) -> Option<PathBuf> {
    if args.is_partial() {
        return None;
    }
    let apps = || App::ALL.into_iter().try_for_each(|app| app.build(tools, "--dev"));
    let built = package::build(tools).and_then(|()| apps()).and_then(|()| {
        process::run(cmd!(host, "cargo build --package page-test"))?;
        project::host_program("page-test")
    });
    failures.keep("demo page and apps", built)
}

/// Runs a moment of the benchmark, with the npm package as it was built, so that its code never rots.
fn smoke_bench(engine: Engine, host: &Shell, tools: &Tools, failures: &mut Failures) -> Counts {
    let what = "bench";
    say::step(format!("{engine}: a moment of the benchmark"));
    let counts = failures.keep(what, bench::smoke::count(engine, host, tools));
    let counts = counts.unwrap_or_default();
    if counts.failed > 0 {
        failures.note_counted(format!("{what}: {} failed", counts.failed), &[]);
    }
    counts
}

/// What the program that drives a browser is to do with it.
#[derive(Clone, Copy)]
enum PageTest {
    /// Use the demo page.
    Demo,
    /// Run the suite of the npm package, in each of its sites.
    Package,
    /// Use one of the apps.
    App(App),
}

impl PageTest {
    fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo page",
            Self::Package => "npm package",
            Self::App(App::Yew) => "app in Yew",
            Self::App(App::Leptos) => "app in Leptos",
        }
    }

    fn options(self) -> Vec<&'static str> {
        match self {
            Self::Demo => vec![],
            Self::Package => vec!["--package"],
            Self::App(app) => vec!["--app", app.name()],
        }
    }
}

/// Runs the one or the other in one engine.
fn run_page_test(
    program: &Path,
    what: PageTest,
    engine: Engine,
    driver: &Path,
    server: &Server,
    failures: &mut Failures,
) -> Counts {
    let name = format!("{engine}: {}", what.name());
    say::step(&name);
    let mut words = engine
        .display()
        .iter()
        .map(OsStr::new)
        .chain([program.as_os_str()]);
    let mut command = Command::new(words.next().unwrap_or(program.as_os_str()));
    command
        .args(words)
        .args(what.options())
        .current_dir(project::root())
        .envs(engine.variables().iter().copied())
        .env("SCENARIO_SERVER", &server.address)
        .env("ENGINE", engine.to_string())
        .env("DRIVER", driver);
    let done = process::run_and_read(command, PAGE_LIMIT);
    count(done, &name, false, failures)
}

/// Counts what one test program did in a browser, and notes what went wrong.
fn count(done: Result<Finished>, what: &str, filtered: bool, failures: &mut Failures) -> Counts {
    let Some(done) = failures.keep(what, done) else {
        return Counts::default();
    };
    let ended = done.status.map(|status| status.success());
    let printed = results::read(&done.output);
    let verdict = results::judge(&printed, ended, filtered);
    if let Some(problem) = verdict.problem {
        failures.note_counted(format!("{what}: {problem}"), &printed.failures);
    }
    if verdict.counts.ignored > 0 {
        say::notice(format!("{what}: {} ignored", verdict.counts.ignored));
    }
    verdict.counts
}

/// An engine that ran nothing, or knows fewer tests than another, has not been tested.
fn compare(engines: &[(Engine, Counts)], failures: &mut Failures) {
    let most = engines
        .iter()
        .map(|(_, counts)| counts.known())
        .max()
        .unwrap_or(0);
    for (engine, counts) in engines {
        if counts.run() == 0 {
            failures.note(format!("{engine}: no test ran"));
        } else if counts.known() < most {
            failures.note(format!(
                "{engine}: there were {} tests, but {most} in another engine",
                counts.known()
            ));
        }
    }
}

/// The end of the output: what failed and why, one line per engine, and the sum as the last line.
fn report(lines: &[Line], failures: &Failures) -> ExitCode {
    println!();
    for Failure { what, told } in &failures.list {
        println!("failed: {what}");
        for line in told.iter().take(TOLD_LINES) {
            println!("    {line}");
        }
        if told.len() > TOLD_LINES {
            println!("    (and more, see above)");
        }
    }
    let mut sum = Counts::default();
    for Line {
        name,
        counts,
        remark,
    } in lines
    {
        sum += *counts;
        let Counts { passed, failed, .. } = counts;
        println!(
            "{name}: {} tests run, {passed} passed, {failed} failed{remark}",
            counts.run()
        );
    }
    // A check or a missing engine is no test, but "0 failed" has to mean that nothing failed.
    println!(
        "{} passed, {} failed",
        sum.passed,
        sum.failed + failures.other
    );
    if failures.list.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
