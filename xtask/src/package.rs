//! `cargo xtask package`: the npm package in `pkg/`, such as it could be published.

use crate::setup::{self, Tools, npm};
use crate::sources::Sources;
use crate::{process, project, say};
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xshell::cmd;

#[derive(clap::Args)]
pub struct Args {}

/// The two builds of the package: with all features, and in `native/` over the browser's `EventSource` alone.
const BUILDS: [(&str, &str); 2] = [("", "fetch"), (NATIVE, "")];

const NATIVE: &str = "native";

/// The name of the files that wasm-pack makes.
const NAME: &str = "wasm_eventsource";

/// The part of the package that is written by hand.
const SCRIPTS: &str = "npm/js";

pub fn run(_: &Args) -> Result<ExitCode> {
    let tools = setup::wasm()?;
    build(&tools)?;
    npm::ensure(&tools, "the compressors that weigh files")?;
    let (script, package) = (project::root().join("xtask/src/weigh.mjs"), folder());
    process::run(cmd!(tools.sh, "node {script} {package}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Where the package is.
pub fn folder() -> PathBuf {
    project::root().join("pkg")
}

const MANIFEST: &str = "package.json";

/// What the package is made from.
const SOURCES: [&str; 7] = [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "npm",
    "src",
    "xtask/src/package.rs",
];

/// Builds the package, if it is not there or was made of other sources. The manifest comes last:
/// without one, a folder is no package.
pub fn build(tools: &Tools) -> Result<()> {
    let package = folder();
    let sources = Sources::read(SOURCES, tools)?;
    if sources.are_in(&package) {
        return Ok(());
    }
    if package.exists() {
        fs::remove_dir_all(&package)
            .with_context(|| format!("cannot remove the old {}", package.display()))?;
    }
    for (entry, features) in BUILDS {
        let out = package.join(entry);
        say::step(format!(
            "building the npm package into {} (features: \"{features}\")",
            shown(&out)
        ));
        let options = ["--features", features];
        wasm_pack(
            tools,
            Path::new("npm"),
            &out,
            &["--out-name", NAME],
            &options,
        )?;
        for extra in [".gitignore", "wasm_eventsource_bg.wasm.d.ts"] {
            let extra = out.join(extra);
            fs::remove_file(&extra)
                .with_context(|| format!("cannot remove {}", extra.display()))?;
        }
    }
    say::step("adding its JavaScript, its README and its manifest");
    let root = project::root();
    let scripts = root.join(SCRIPTS);
    copy_sources(&scripts, &package)?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&root.join(licence), &package.join(licence))?;
    }
    copy(&scripts.join(MANIFEST), &package.join(MANIFEST))?;
    sources.note_in(&package)
}

/// Compiles a crate of the workspace to a module that browsers load, without a manifest.
pub fn wasm_pack(
    tools: &Tools,
    krate: &Path,
    out: &Path,
    options: &[&str],
    cargo_options: &[&str],
) -> Result<()> {
    let no_opt: &[&str] = if tools.wasm_opt { &[] } else { &["--no-opt"] };
    process::run(cmd!(
        tools.sh,
        "wasm-pack build --target web --release --no-pack --out-dir {out} --mode no-install {options...} {no_opt...} {krate} -- {cargo_options...}"
    ))
}

/// Makes a compiled module one that browsers load, as it is.
pub fn bindgen(tools: &Tools, wasm: &Path, out: &Path) -> Result<()> {
    process::run(cmd!(
        tools.sh,
        "wasm-bindgen --target web --no-typescript --out-dir {out} {wasm}"
    ))
}

/// The hand-written part: all of it into the package, and its code into `native/` as well.
fn copy_sources(from: &Path, package: &Path) -> Result<()> {
    for path in files_in(from)? {
        let Some(name) = path.file_name() else {
            continue;
        };
        // It comes last.
        if name == MANIFEST {
            continue;
        }
        copy(&path, &package.join(name))?;
        if is_code(name) {
            copy(&path, &package.join(NATIVE).join(name))?;
        }
    }
    Ok(())
}

/// What is in a folder.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = || format!("cannot read {}", folder.display());
    let entries = fs::read_dir(folder).with_context(failed)?;
    entries
        .map(|entry| Ok(entry.with_context(failed)?.path()))
        .collect()
}

fn is_code(name: &OsStr) -> bool {
    let name = Path::new(name);
    name.extension()
        .is_some_and(|kind| kind == "js" || kind == "ts")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .map(drop)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

/// A path of the project the way one would type it at its root.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(project::root()).unwrap_or(path);
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_has_the_version_and_the_licence_of_the_workspace() {
        let manifest = fs::read_to_string(project::root().join(SCRIPTS).join(MANIFEST)).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(manifest["license"], env!("CARGO_PKG_LICENSE"));
        let url = manifest["repository"]["url"].as_str().unwrap();
        assert!(url.contains(env!("CARGO_PKG_REPOSITORY")));
    }

    #[test]
    fn code_goes_into_both_entries_and_the_readme_into_one() {
        assert!(is_code(OsStr::new("index.js")) && is_code(OsStr::new("index.d.ts")));
        assert!(!is_code(OsStr::new("README.md")));
    }
}
