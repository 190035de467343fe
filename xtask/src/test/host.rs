//! What needs no browser: formatting, clippy, rustdoc, and the tests on the host.

use super::report::Report;
use crate::cargo::{self, Artifacts};
use crate::process::{self, Output};
use crate::say;
use crate::setup::{self, Tools, linters};
use anyhow::Result;
use std::process::Command;
use std::time::Duration;
use xshell::{Shell, cmd};

/// Where the tests on the host are counted.
pub const HOST: &str = "host";

/// How long the tests on the host may take. Compiling comes first.
const LIMIT: Duration = Duration::from_secs(40 * 60);

/// Formatting, clippy, rustdoc, and the crate alone with its default features.
pub fn check(host: &Shell, tools: &Tools, report: &Report) {
    linters::ensure(tools, host);
    let fmt = linters::shell(tools, host, "fmt");
    let clippy = linters::shell(tools, host, "clippy");
    let step = |name: &str, command: Command| {
        report.step(name, || process::run(command));
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
        let packages = super::suites::PACKAGES
            .iter()
            .flat_map(|name| ["--package", name]);
        step(
            "clippy for wasm",
            cmd!(
                tools.sh,
                "cargo clippy {packages...} --target {target} --all-targets --all-features -- -D warnings"
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

/// Compiles the programs and tests of the host. The server and the page test are among them.
pub fn build(host: &Shell) -> Result<Artifacts> {
    cargo::artifacts(cmd!(host, "cargo test --workspace --all-features --no-run").into())
}

/// Unit tests, integration tests and the examples in the documentation.
pub fn test(host: &Shell, report: &Report) {
    report.host_tests(HOST, "host tests", || {
        let tests = cmd!(host, "cargo test --workspace --all-features --no-fail-fast");
        process::run_and_read(&mut tests.into(), LIMIT, Output::Shown)
    });
}
