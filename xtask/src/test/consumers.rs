//! The npm package as its users have it: packed, installed, checked by TypeScript, used in Node.js, and
//! built into the sites that browsers load. What that takes is in `tests/npm`.

use crate::process::{Finished, Output};
use crate::server::Server;
use crate::setup::{Tools, npm};
use crate::{package, process, project};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use xshell::cmd;

/// How long the tests without a browser may take.
const HOST_LIMIT: Duration = Duration::from_secs(10 * 60);

fn tests() -> PathBuf {
    project::root().join("tests").join("npm")
}

/// Where the archive, the project that has it installed, and the sites are.
fn target() -> PathBuf {
    project::root().join("target").join("npm")
}

/// The sites that use the package.
pub fn sites() -> PathBuf {
    target().join("site")
}

/// Installs the package that was built, and builds the sites.
pub fn build(tools: &Tools) -> Result<()> {
    let tests = tests();
    let what = "TypeScript, Vite and webpack, to test the package with,";
    npm::install(tools, &tests, what)?;
    let (script, package, target) = (tests.join("build.js"), package::folder(), target());
    process::run(cmd!(tools.sh, "node {script} {package} {target}"))
}

/// Runs what needs no browser.
pub fn test_on_host(tools: &Tools, server: &Server) -> Result<Finished> {
    let tests = tests();
    let reporter = tests.join("reporter.js");
    let (main, package, target) = (tests.join("host/main.js"), package::folder(), target());
    let mut command: Command = cmd!(
        tools.sh,
        "node --test-reporter {reporter} {main} {package} {target}"
    )
    .into();
    command.env("SCENARIO_SERVER", &server.address);
    process::run_and_read(&mut command, HOST_LIMIT, Output::Kept)
}
