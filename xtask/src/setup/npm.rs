//! npm, from which come wasm-opt, the libraries that the benchmark compares with, and what the package is
//! tested with.

use super::{Tools, apt};
use crate::{process, project, say};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// `why` is what npm is to bring.
pub fn ensure(tools: &Tools, why: &str) -> Result<()> {
    if tools.find("npm").is_none() {
        apt::install(
            tools,
            &["nodejs", "npm"],
            &format!("npm, which brings {why}"),
        )
        .with_context(|| format!("install Node.js with npm, which brings {why}"))?;
    }
    Ok(())
}

/// Installs what the lock file of a folder says, if it is missing or other; `what` that is, and why.
pub fn install(tools: &Tools, dir: &Path, what: &str) -> Result<()> {
    let installed = dir.join("node_modules");
    let wanted = versions(&dir.join("package-lock.json"))?;
    // npm's own note of what it installed. Packages for other systems are not in it.
    let there = versions(&installed.join(".package-lock.json")).unwrap_or_default();
    if wanted
        .iter()
        .all(|(path, package)| package.optional || there.get(path) == Some(package))
    {
        return Ok(());
    }
    npm_ci(tools, dir, &installed, what)
}

/// Installs binaryen and esbuild, in the versions of `xtask/tools/package-lock.json`; says where.
pub fn shrinkers(tools: &Tools) -> Result<PathBuf> {
    let dir = project::root().join("xtask").join("tools");
    let what = "binaryen and esbuild, which make wasm and JavaScript smaller,";
    install(tools, &dir, what)?;
    Ok(dir)
}

fn npm_ci(tools: &Tools, dir: &Path, installed: &Path, what: &str) -> Result<()> {
    ensure(tools, what)?;
    say::step(format!(
        "installing {what} with npm (seconds, once; kept in {})",
        installed.display()
    ));
    process::run(cmd!(
        tools.sh,
        "npm ci --prefix {dir} --ignore-scripts --no-audit --no-fund"
    ))
}

#[derive(Deserialize, PartialEq, Eq)]
struct Package {
    version: Option<String>,
    #[serde(default)]
    optional: bool,
}

/// The packages of a lock file by their paths, without the project itself.
fn versions(lock: &Path) -> Result<BTreeMap<String, Package>> {
    #[derive(Deserialize)]
    struct Lock {
        packages: BTreeMap<String, Package>,
    }

    let text =
        fs::read_to_string(lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let lock: Lock = serde_json::from_str(&text)
        .with_context(|| format!("{} is no lock file of npm", lock.display()))?;
    let packages = lock.packages.into_iter();
    Ok(packages
        .filter(|(_, package)| package.version.is_some())
        .collect())
}
