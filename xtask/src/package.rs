//! `cargo xtask package`: the npm package in `pkg/`, such as it could be published.

mod manifest;

use crate::setup::{self, Tools};
use crate::weigh::{self, Weight};
use crate::{process, project, say};
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xshell::cmd;

#[derive(clap::Args)]
pub struct Args {}

/// What the package consists of twice: with all features, and in `native/` with the browser's own
/// transport alone.
const BUILDS: [(&str, &str); 2] = [("", "npm,fetch"), (NATIVE, "npm")];

const NATIVE: &str = "native";

pub fn run(_: &Args) -> Result<ExitCode> {
    let tools = setup::wasm()?;
    build(&tools)?;
    println!("| file, bytes | raw | gzip -9 | brotli 11 |\n|---|---:|---:|---:|");
    for (entry, _) in BUILDS {
        print_sizes(&tools, entry)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints how large the files are that a browser loads of an entry.
fn print_sizes(tools: &Tools, entry: &str) -> Result<()> {
    let loaded = |file: &PathBuf| {
        let kind = file.extension();
        kind.is_some_and(|kind| kind == "js" || kind == "wasm")
    };
    let mut files = files_in(&folder().join(entry))?;
    files.retain(loaded);
    files.sort();
    let weights = weigh::weigh(tools, &files)?;
    for (file, weight) in files.iter().zip(&weights) {
        let name = file.strip_prefix(folder()).unwrap_or(file);
        print_size(&name.display().to_string(), weight);
    }
    let import = format!("wasm-eventsource/{entry}");
    let all = format!("**`{}` in all**", import.trim_end_matches('/'));
    print_size(&all, &weights.into_iter().sum());
    Ok(())
}

fn print_size(what: &str, weight: &Weight) {
    let Weight { raw, gzip, brotli } = weight;
    println!("| {what} | {raw} | {gzip} | {brotli} |");
}

/// Where the package is.
pub fn folder() -> PathBuf {
    project::root().join("pkg")
}

/// Builds the package anew. The manifest comes last: what broke off is no package.
pub fn build(tools: &Tools) -> Result<()> {
    let package = folder();
    if package.exists() {
        fs::remove_dir_all(&package)
            .with_context(|| format!("cannot remove the old {}", package.display()))?;
    }
    for (entry, features) in BUILDS {
        let out = package.join(entry);
        say::step(format!(
            "building the npm package into {} (features {features})",
            shown(&out)
        ));
        let options = ["--features", features];
        wasm_pack(tools, "--release", Path::new("."), &out, &options)?;
        for extra in [".gitignore", "wasm_eventsource_bg.wasm.d.ts"] {
            let extra = out.join(extra);
            fs::remove_file(&extra)
                .with_context(|| format!("cannot remove {}", extra.display()))?;
        }
    }
    say::step("adding its JavaScript, its README and its manifest");
    let root = project::root();
    copy_sources(&root.join("npm"), &package)?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&root.join(licence), &package.join(licence))?;
    }
    let manifest = package.join("package.json");
    fs::write(&manifest, manifest::text()?)
        .with_context(|| format!("cannot write {}", manifest.display()))
}

/// Compiles a crate of the workspace to a module that browsers load, without a manifest. The profile is
/// an option of wasm-pack, such as `--release`.
pub fn wasm_pack(
    tools: &Tools,
    profile: &str,
    krate: &Path,
    out: &Path,
    cargo_options: &[&str],
) -> Result<()> {
    let no_opt: &[&str] = if tools.wasm_opt { &[] } else { &["--no-opt"] };
    process::run(cmd!(
        tools.sh,
        "wasm-pack build --target web {profile} --no-pack --out-dir {out} --mode no-install {no_opt...} {krate} -- {cargo_options...}"
    ))
}

/// The hand-written part: all of it into the package, and its code into `native/` as well.
fn copy_sources(from: &Path, package: &Path) -> Result<()> {
    for path in files_in(from)? {
        let Some(name) = path.file_name() else {
            continue;
        };
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
    fn code_goes_into_both_entries_and_the_readme_into_one() {
        assert!(is_code(OsStr::new("index.js")) && is_code(OsStr::new("index.d.ts")));
        assert!(!is_code(OsStr::new("README.md")));
    }
}
