//! `cargo xtask package`: the npm package in `pkg/`, such as it could be published.

use crate::setup::{self, Tools, npm};
use crate::sources::Sources;
use crate::{flags, process, project, say};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xshell::cmd;

#[derive(clap::Args)]
pub struct Args {}

struct Build {
    /// What programs import.
    name: &'static str,
    /// Its folder in the package.
    folder: &'static str,
    features: &'static str,
    /// LLVM's measure of a function up to which it is moved into its callers. At 10 the wasm is smallest;
    /// with its own parser, an event then costs a tenth more time than at 40.
    inlined: u32,
}

const BUILDS: [Build; 2] = [
    Build {
        name: "wasm-eventsource",
        folder: "",
        features: "fetch",
        inlined: 40,
    },
    Build {
        name: "wasm-eventsource/native",
        folder: "native",
        features: "",
        inlined: 10,
    },
];

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
const TYPES: &str = "index.d.ts";

/// What the package is made from.
const SOURCES: [&str; 10] = [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "npm",
    "src",
    "xtask/src/flags.rs",
    "xtask/src/package",
    "xtask/src/package.rs",
    "xtask/tools/package-lock.json",
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
    npm::shrinkers(tools)?;
    for entry in &BUILDS {
        let out = package.join(entry.folder);
        say::step(format!(
            "building {} into {} (features: \"{}\")",
            entry.name,
            shown(&out),
            entry.features
        ));
        let built = target().join("built").join(entry.name);
        compile(tools, entry, &built)?;
        say::step("making it small");
        let script = project::root().join("xtask/src/package/shrink.mjs");
        let scripts = project::root().join(SCRIPTS);
        process::run(cmd!(tools.sh, "node {script} {built} {scripts} {out}"))?;
        copy(&scripts.join(TYPES), &out.join(TYPES))?;
    }
    let root = project::root();
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&root.join(licence), &package.join(licence))?;
    }
    for file in ["README.md", MANIFEST] {
        copy(&root.join(SCRIPTS).join(file), &package.join(file))?;
    }
    sources.note_in(&package)
}

/// Where the package is compiled and made small.
fn target() -> PathBuf {
    project::root().join("target").join("package")
}

/// Compiles the npm crate with wasm-pack, for size. Paths of this machine do not get into the wasm.
fn compile(tools: &Tools, build: &Build, out: &Path) -> Result<()> {
    let inline = format!("-Cllvm-args=-inline-threshold={}", build.inlined);
    let env = [
        (
            "CARGO_ENCODED_RUSTFLAGS",
            flags::without_paths(tools, &[inline])?,
        ),
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z".into()),
        // Another folder, because cargo does not keep apart what was compiled with other paths.
        ("CARGO_TARGET_DIR", target().into_os_string()),
    ];
    let _env = env.map(|(name, value)| tools.sh.push_env(name, value));
    let options = ["--out-name", NAME, "--no-opt", "--no-typescript"];
    let cargo_options = ["--features", build.features];
    wasm_pack(tools, Path::new("npm"), out, &options, &cargo_options)
}

/// Compiles a crate of the workspace to a module that browsers load, without a manifest.
pub fn wasm_pack(
    tools: &Tools,
    krate: &Path,
    out: &Path,
    options: &[&str],
    cargo_options: &[&str],
) -> Result<()> {
    let can_opt = tools.wasm_opt || options.contains(&"--no-opt");
    let no_opt: &[&str] = if can_opt { &[] } else { &["--no-opt"] };
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
}
