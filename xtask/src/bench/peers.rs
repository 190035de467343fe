//! The JavaScript libraries that we are compared with: from npm, in the versions of
//! `bench/peers/package-lock.json`, and only for the benchmark.

use super::figures::Weight;
use crate::setup::{Tools, npm};
use crate::{process, project, say};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use xshell::cmd;

/// What the bundler reads and where it writes.
pub struct Folders {
    /// Our own npm package.
    pub npm: PathBuf,
    /// The libraries, as modules for the page.
    pub peers: PathBuf,
    /// The smallest apps in JavaScript.
    pub apps: PathBuf,
    /// The smallest apps in Rust, whose JavaScript is minified too.
    pub glue: Option<PathBuf>,
}

/// Installs the libraries if they are missing or others, and bundles them.
pub fn provide(tools: &Tools, folders: &Folders) -> Result<()> {
    let dir = dir();
    npm::install(tools, &dir, "the libraries to compare with")?;
    say::step("bundling them");
    let script = dir.join("bundle.js");
    let Folders {
        npm,
        peers,
        apps,
        glue,
    } = folders;
    process::run(cmd!(
        tools.sh,
        "node {script} {npm} {peers} {apps} {glue...}"
    ))
}

/// The bytes of each file.
pub fn weigh(tools: &Tools, files: &[&PathBuf]) -> Result<Vec<Weight>> {
    let script = dir().join("weigh.js");
    let weights = cmd!(tools.sh, "node {script} {files...}").quiet().read()?;
    Ok(serde_json::from_str(&weights)?)
}

/// Those in Rust, which `bench/Cargo.toml` has.
const CRATES: [&str; 5] = [
    "gloo-net",
    "eventsource-stream",
    "sse-core",
    "sse-stream",
    "sseer",
];

/// The libraries with their versions, which `package.json` names exactly.
pub fn libraries() -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Manifest {
        dependencies: BTreeMap<String, String>,
    }

    let path = dir().join("package.json");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let Manifest { dependencies } = serde_json::from_str(&text)
        .with_context(|| format!("{} is no manifest of npm", path.display()))?;
    let packages = dependencies.into_iter();
    let packages = packages.map(|(name, version)| Ok(format!("{name} {version}")));
    let crates = CRATES.into_iter().map(|name| {
        let version = project::newest_locked_version(name)?;
        Ok(format!("{name} {version}"))
    });
    packages.chain(crates).collect()
}

fn dir() -> PathBuf {
    project::root().join("bench").join("peers")
}
