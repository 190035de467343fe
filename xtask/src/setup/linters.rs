//! rustfmt and clippy: rustup's minimal profile has neither.

use super::Tools;
use crate::{process, say};
use xshell::{Shell, cmd};

/// The cargo subcommands with the rustup components that bring them.
const LINTERS: [(&str, &str); 2] = [("fmt", "rustfmt"), ("clippy", "clippy")];

/// Adds what is missing. That it could not is only said here: the check that needs it will fail.
pub fn ensure(tools: &Tools, host: &Shell) {
    for (subcommand, component) in LINTERS {
        if answers(shell(tools, host, subcommand), subcommand) {
            continue;
        }
        say::step(format!("adding {component} with rustup, to check the code"));
        if let Err(error) = process::run(cmd!(host, "rustup component add {component}")) {
            say::notice(format!("{error:#}; please install {component} yourself"));
        }
    }
}

/// The shell whose cargo has `subcommand`: the host's, else that of the toolchain for wasm, which
/// may be another one.
pub fn shell<'s>(tools: &'s Tools, host: &'s Shell, subcommand: &str) -> &'s Shell {
    if !answers(host, subcommand) && answers(&tools.sh, subcommand) {
        &tools.sh
    } else {
        host
    }
}

/// Whether the cargo of `sh` has the subcommand.
pub fn answers(sh: &Shell, subcommand: &str) -> bool {
    let asked = cmd!(sh, "cargo {subcommand} --version");
    asked.quiet().ignore_stdout().ignore_stderr().run().is_ok()
}
