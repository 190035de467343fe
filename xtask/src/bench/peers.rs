//! The JavaScript libraries that we are compared with: from npm, in the versions of
//! `bench/peers/package-lock.json`, and only for the benchmark.

use super::figures::Weight;
use crate::setup::{Tools, npm};
use crate::{process, project, say};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
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
    let installed = dir.join("node_modules");
    let wanted = versions(&dir.join("package-lock.json"))?;
    npm::ensure(tools, "the libraries to compare with")?;
    if !is_installed(&installed, &wanted) {
        say::step(format!(
            "installing the libraries to compare with (seconds, once; kept in {})",
            installed.display()
        ));
        // Some ask for a newer Node than they need: it is browsers that run them.
        process::run(cmd!(
            tools.sh,
            "npm ci --prefix {dir} --ignore-scripts --no-audit --no-fund --engine-strict=false --loglevel=error"
        ))?;
    }
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

/// The libraries with their versions.
pub fn libraries() -> Result<Vec<String>> {
    let versions = versions(&dir().join("package-lock.json"))?;
    let direct = versions.into_iter().filter_map(|(path, locked)| {
        let name = path.strip_prefix("node_modules/")?;
        // What other packages brought along is no contestant.
        let own = !name.contains("/node_modules/") && !name.contains("esbuild");
        own.then(|| format!("{name} {}", locked.version))
    });
    let crates = CRATES.into_iter().map(|name| {
        let version = project::newest_locked_version(name)?;
        Ok(format!("{name} {version}"))
    });
    direct.map(Ok).chain(crates).collect()
}

fn dir() -> PathBuf {
    project::root().join("bench").join("peers")
}

#[derive(PartialEq)]
struct Locked {
    version: String,
    /// Not for every machine.
    optional: bool,
}

/// By npm's own note of what it installed.
fn is_installed(installed: &Path, wanted: &BTreeMap<String, Locked>) -> bool {
    let Ok(there) = versions(&installed.join(".package-lock.json")) else {
        return false;
    };
    wanted.iter().all(|(path, locked)| match there.get(path) {
        Some(other) => other.version == locked.version,
        None => locked.optional,
    })
}

/// The packages of a lock file by their paths, without the project itself.
fn versions(lock: &Path) -> Result<BTreeMap<String, Locked>> {
    #[derive(Deserialize)]
    struct Lock {
        packages: BTreeMap<String, Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        version: Option<String>,
        #[serde(default)]
        optional: bool,
    }

    let text =
        fs::read_to_string(lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let lock: Lock = serde_json::from_str(&text)
        .with_context(|| format!("{} is no lock file of npm", lock.display()))?;
    let packages = lock.packages.into_iter().filter_map(|(path, package)| {
        let Package { version, optional } = package;
        Some((
            path,
            Locked {
                version: version?,
                optional,
            },
        ))
    });
    Ok(packages.collect())
}
