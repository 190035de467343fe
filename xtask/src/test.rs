//! `cargo xtask test`: every check and every test, on the host and in three browser engines.
//!
//! A step that fails does not hide the others: all run, and what failed is listed at the end. First
//! everything is compiled and checked, then the tests run in the browsers, two programs at a time:
//! most of what they do is wait.

mod consumers;
mod host;
mod pages;
mod report;
mod suites;

use crate::cargo::Artifacts;
use crate::demo::App;
use crate::engine::Engine;
use crate::server::{self, Server};
use crate::setup::{self, Tools, browsers};
use crate::{bench, package, project, say, sizes};
use anyhow::Result;
use host::HOST;
use pages::Page;
use report::Report;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use suites::{SUITES, Suite};
use xshell::Shell;

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
    /// Leave out what runs on the host: formatting, clippy, rustdoc, host tests
    #[arg(long)]
    skip_host: bool,
}

impl Args {
    /// Whether only some of the browser tests are wanted, and nothing else.
    fn is_partial(&self) -> bool {
        self.filter.is_some() || !self.suite.is_empty()
    }

    fn suites(&self) -> impl Iterator<Item = &'static Suite> {
        let wanted = |name: &str| self.suite.is_empty() || self.suite.iter().any(|s| s == name);
        SUITES.iter().filter(move |suite| wanted(suite.name))
    }
}

/// How many test programs run in browsers at a time.
const AT_A_TIME: usize = 2;

pub fn run(args: &Args) -> Result<ExitCode> {
    let report = Report::new();
    let host = setup::host_shell()?;
    let tools = report.timed("set-up", setup::wasm)?;
    let engines = report.timed("browsers and drivers", || drivers(args, &tools, &report));
    if args.is_partial() {
        test_suites(args, &host, &tools, &engines, &report);
    } else {
        test_all(args, &host, &tools, &engines, &report);
    }
    if engines.is_empty() {
        report.note("no browser engine was tested");
    }
    report.compare(engines.iter().map(|(engine, _)| engine.to_string()));
    Ok(report.print())
}

/// The engines that were asked for and can be tested in, each with its driver.
fn drivers(args: &Args, tools: &Tools, report: &Report) -> Vec<(Engine, PathBuf)> {
    let wanted = |engine: &Engine| args.engine.is_empty() || args.engine.contains(engine);
    let mut engines = Vec::new();
    for engine in Engine::ALL.into_iter().filter(wanted) {
        match browsers::ensure(tools, engine) {
            Ok(driver) => engines.push((engine, driver)),
            Err(error) if project::in_ci() => report.note(format!("{error:#}")),
            Err(error) => say::notice(format!("{error:#}; {engine} IS NOT TESTED")),
        }
    }
    engines
}

/// Some suites, or some of their tests.
fn test_suites(
    args: &Args,
    host: &Shell,
    tools: &Tools,
    engines: &[(Engine, PathBuf)],
    report: &Report,
) {
    let build = || suites::build(tools, args.suites(), false);
    let (Some(built), Some(_server)) = (
        report.step("compiling the suites", build),
        report.step("scenario server", || serve_suites(&server::build(host)?)),
    ) else {
        return;
    };
    run_jobs(suite_jobs(args, tools, engines, &built, report), report);
}

/// Everything.
fn test_all(
    args: &Args,
    host: &Shell,
    tools: &Tools,
    engines: &[(Engine, PathBuf)],
    report: &Report,
) {
    if !args.skip_host {
        host::check(host, tools, report);
    }
    let programs = report.step("compiling for the host", || host::build(host));
    if !args.skip_host {
        host::test(host, report);
    }
    let built = report.step("compiling for browsers", || {
        suites::build(tools, SUITES.iter(), true)
    });
    let package = report.step("npm package", || package::build(tools));
    if package.is_some() {
        report.step("sizes", || sizes::check(tools));
    }
    let sites =
        package.and_then(|()| report.step("npm package: sites", || consumers::build(tools)));
    let (Some(programs), Some(built)) = (programs, built) else {
        return;
    };
    let apps = report.step("apps", || {
        App::ALL
            .into_iter()
            .try_for_each(|app| app.bind(tools, &built))
    });

    let server_program = programs.program("tests/server", "scenario-server");
    let page_test = programs.program("tests/page", "page-test");
    let (Some(server_program), Some(page_test)) = (
        report.keep("scenario server", server_program),
        report.keep("page test", page_test),
    ) else {
        return;
    };
    let server = report.step("scenario server", || serve_suites(server_program));
    let Some(server) = server else { return };
    if !args.skip_host && sites.is_some() {
        report.tests(HOST, "npm package on the host", false, || {
            consumers::test_on_host(tools, &server)
        });
    }
    if let (Some((engine, _)), Some(())) = (engines.first(), package) {
        let bench = report.step("a moment of the benchmark", || {
            let contestants = built.wasm("bench", "bench")?;
            bench::smoke::count(*engine, contestants, server_program, tools)
        });
        report.count("bench", bench.unwrap_or_default());
    }

    let mut jobs = suite_jobs(args, tools, engines, &built, report);
    let mut pages = vec![];
    if package.is_some() {
        pages.push(Page::Demo);
    }
    if apps.is_some() {
        pages.extend(App::ALL.map(Page::App));
    }
    if sites.is_some() {
        pages.push(Page::Package);
    }
    for page in pages {
        for (engine, driver) in engines {
            // Each has a server of its own: what one does to it is nothing to the others.
            let Some(server) = report.keep("scenario server", serve_pages(server_program)) else {
                continue;
            };
            jobs.push(Job {
                engine: *engine,
                name: format!("{engine}: {}", page.name()),
                command: page.command(page_test, *engine, driver, &server),
                limit: pages::LIMIT,
                filtered: false,
                _server: Some(server),
            });
        }
    }
    run_jobs(jobs, report);
}

/// The server for the suites, which read its address from a file.
fn serve_suites(program: &Path) -> Result<Server> {
    let server = serve_pages(program)?;
    announce(&server)?;
    Ok(server)
}

/// Lets the suites find this server, whatever runs them.
pub fn announce(server: &Server) -> Result<()> {
    SUITES
        .iter()
        .try_for_each(|suite| server.announce(suite.folder))
}

fn serve_pages(program: &Path) -> Result<Server> {
    Server::for_tests(program, &consumers::sites())
}

/// A program of tests that runs in a browser.
struct Job {
    engine: Engine,
    name: String,
    command: Command,
    limit: Duration,
    filtered: bool,
    _server: Option<Server>,
}

/// Each suite in each engine. The first is run by wasm-pack in the first engine, as a contributor
/// would: so that way stays possible.
fn suite_jobs(
    args: &Args,
    tools: &Tools,
    engines: &[(Engine, PathBuf)],
    built: &Artifacts,
    report: &Report,
) -> Vec<Job> {
    let mut jobs = Vec::new();
    for suite in args.suites() {
        for (engine, driver) in engines {
            let name = format!("{engine}: suite {}", suite.name);
            let filter = args.filter.as_deref();
            let by_wasm_pack = jobs.is_empty() && !args.is_partial();
            let command = if by_wasm_pack {
                Ok(suites::wasm_pack_command(tools, *engine, driver, suite))
            } else {
                suites::command(tools, *engine, driver, suite, built, filter)
            };
            let Some(command) = report.keep(&name, command) else {
                continue;
            };
            jobs.push(Job {
                engine: *engine,
                name,
                command,
                limit: suites::LIMIT,
                filtered: filter.is_some(),
                _server: None,
            });
        }
    }
    jobs
}

/// Runs the jobs, [`AT_A_TIME`].
fn run_jobs(jobs: Vec<Job>, report: &Report) {
    let queue = Mutex::new(VecDeque::from(jobs));
    let next = || {
        queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    let work = || {
        while let Some(mut job) = next() {
            report.tests(&job.engine.to_string(), &job.name, job.filtered, || {
                suites::run(&job.name, &mut job.command, job.limit)
            });
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(work);
        }
    });
}
