//! The set-up: everything that the other commands need, each tool only if it is missing.
//!
//! One file a tool. Each looks first (which takes milliseconds), says what it is about to do and
//! why, and shows the progress of what takes long.

mod apt;
pub mod browsers;
mod debian;
pub mod linters;
pub mod npm;
mod target;
mod wasm_bindgen;
mod wasm_opt;
mod wasm_pack;

use crate::engine::Engine;
use crate::{process, project, say};
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xshell::{Shell, cmd};

/// What browsers run.
pub const TARGET: &str = "wasm32-unknown-unknown";

#[derive(clap::Args)]
pub struct Args {
    /// Install the browsers and their drivers too
    #[arg(long)]
    tests: bool,
}

pub fn run(args: &Args) -> Result<ExitCode> {
    let tools = wasm()?;
    if args.tests {
        for engine in Engine::ALL {
            match browsers::ensure(&tools, engine) {
                Ok(_) => say::step(format!("{engine}: ready")),
                Err(error) if project::in_ci() => return Err(error),
                Err(error) => say::notice(format!("{engine}: {error:#}")),
            }
        }
    }
    say::step("everything is in place");
    Ok(ExitCode::SUCCESS)
}

/// The tools for wasm builds: a shell whose PATH and variables lead to them.
pub struct Tools {
    pub sh: Shell,
    /// Whether a usable wasm-opt is on the PATH.
    pub wasm_opt: bool,
    /// Whether clippy can check wasm code with this toolchain.
    pub clippy: bool,
}

/// Sets up all that builds the crate for wasm.
pub fn wasm() -> Result<Tools> {
    let sh = host_shell()?;
    let mut tools = Tools {
        sh,
        wasm_opt: false,
        clippy: true,
    };
    // First what is compiled with the ordinary toolchain, then the switch to another one, if any.
    wasm_pack::ensure(&tools)?;
    wasm_bindgen::ensure(&tools)?;
    wasm_opt::ensure(&mut tools)?;
    target::ensure(&mut tools)?;
    Ok(tools)
}

/// A shell in the repository's root with the toolchain that compiled this program.
pub fn host_shell() -> Result<Shell> {
    let sh = Shell::new().context("cannot find the current folder")?;
    sh.change_dir(project::root());
    Ok(sh)
}

impl Tools {
    /// Puts a folder of programs before all others.
    pub fn add_to_path(&self, dir: &Path) -> Result<()> {
        let path = project::prepend(&[dir], self.sh.var_os("PATH"))?;
        self.sh.set_var("PATH", path);
        Ok(())
    }

    /// Where `program` is, looking where a command started in this shell would look.
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        which::which_in(program, self.sh.var_os("PATH"), self.sh.current_dir()).ok()
    }

    /// The first word with a digit in it that `program --version` prints, or nothing.
    pub fn version_of(&self, program: impl AsRef<OsStr>) -> Option<String> {
        let program = program.as_ref();
        let told = cmd!(self.sh, "{program} --version").quiet().ignore_stderr();
        first_version(&told.read().ok()?).map(str::to_string)
    }
}

/// Installs programs of a crate from the registry into the cache and says where they are.
fn cargo_install(
    tools: &Tools,
    package: &str,
    version: &str,
    locked: &[&str],
    programs: &[&str],
    why: &str,
) -> Result<PathBuf> {
    let cache = project::cache()?;
    let root = cache.join(format!("{package}-{version}"));
    let bin = root.join("bin");
    let program = |name: &&str| {
        bin.join(name)
            .with_extension(std::env::consts::EXE_EXTENSION)
    };
    let all_are_there = || programs.iter().all(|name| program(name).is_file());
    if all_are_there() {
        return Ok(bin);
    }
    if binstall(tools, package, version, &root) && all_are_there() {
        return Ok(bin);
    }
    say::step(format!(
        "installing {package} {version} with cargo, {why} (one to three minutes, once; kept in {})",
        root.display()
    ));
    // A build folder of its own, so that an interrupted installation goes on where it stopped.
    let build = cache.join(format!("build-{package}-{version}"));
    let install = cmd!(
        tools.sh,
        "cargo install {package} --version {version} {locked...} --root {root} --target-dir {build}"
    );
    process::run(install).with_context(|| format!("cannot install {package} {version}, {why}"))?;
    let _ = std::fs::remove_dir_all(build);
    Ok(bin)
}

/// Fetches finished programs where cargo-binstall is installed and has access to them. It is not
/// allowed to compile: `cargo install` does that with a build folder that is kept.
fn binstall(tools: &Tools, package: &str, version: &str, root: &Path) -> bool {
    if tools.find("cargo-binstall").is_none() {
        return false;
    }
    say::step(format!(
        "fetching {package} {version} with cargo-binstall (kept in {})",
        root.display()
    ));
    let fetch = cmd!(
        tools.sh,
        "cargo binstall {package} --version {version} --root {root} --no-confirm --disable-strategies compile"
    );
    let fetched = process::run(fetch);
    if let Err(error) = &fetched {
        say::notice(format!("{error:#}; compiling it instead"));
    }
    fetched.is_ok()
}

/// The first word of a text that looks like a version, e.g. `132` or `0.15.1`.
pub fn first_version(text: &str) -> Option<&str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a version is at least `least`, number by number; what is not a number ends it.
fn at_least(version: &str, least: &[u32]) -> bool {
    let mut parts = version
        .split(['.', '-', '+'])
        .map_while(|part| part.parse::<u32>().ok());
    for wanted in least {
        match parts.next().unwrap_or(0).cmp(wanted) {
            std::cmp::Ordering::Equal => {}
            other => return other.is_gt(),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_version_in_what_tools_print() {
        assert_eq!(first_version("wasm-pack 0.15.1\n"), Some("0.15.1"));
        assert_eq!(
            first_version("wasm-opt version 132 (version_132)"),
            Some("132")
        );
        assert_eq!(first_version("no version here"), None);
    }

    #[test]
    fn compares_versions_number_by_number() {
        assert!(at_least("0.15.1", &[0, 15]));
        assert!(at_least("0.15", &[0, 15, 0]));
        assert!(at_least("0.100.0", &[0, 15]));
        assert!(at_least("1.0.0-rc1", &[0, 15]));
        assert!(!at_least("0.9.9", &[0, 15]));
        assert!(!at_least("108", &[120]));
    }
}
