//! What has to be compiled and bundled before anything can be measured.

use super::{Record, folder};
use crate::setup::{TARGET, Tools, npm};
use crate::{package, process, project, say};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use xshell::cmd;

/// Compiles the contestants in Rust into the folder that the page loads them from, and once more with vector
/// instructions, which an app has to ask for.
pub fn contestants(tools: &Tools) -> Result<()> {
    let pkg = folder()?.join("pkg");
    let wasm = contestants_for(tools, "speed", &programs(tools)?, "")?;
    bindgen(tools, &wasm, &pkg, "-O3")?;
    // Another folder, because the programs have the same name.
    let target = folder()?.join("simd");
    let wasm = contestants_for(tools, "speed", &target, " -Ctarget-feature=+simd128")?;
    bindgen(tools, &wasm, &pkg.join("simd"), "-O3")
}

/// Compiles the contestants in Rust without optimization, to see that they work.
pub fn contestants_for_smoke(tools: &Tools) -> Result<PathBuf> {
    contestants_for(tools, "dev", &programs(tools)?, "")
}

/// Puts contestants into the folder that the page loads them from, as they are.
pub fn load(tools: &Tools, contestants: &Path) -> Result<()> {
    package::bindgen(tools, contestants, &folder()?.join("pkg"))
}

fn contestants_for(tools: &Tools, profile: &str, target: &Path, flags: &str) -> Result<PathBuf> {
    say::step(format!(
        "building the contestants (profile `{profile}`{flags})"
    ));
    let mut build = cmd!(
        tools.sh,
        "cargo build --package bench --lib --features parsers --target {TARGET} --profile {profile} --target-dir {target}"
    );
    if !flags.is_empty() {
        let mut all = tools.sh.var_os("RUSTFLAGS").unwrap_or_default();
        all.push(flags);
        build = build.env("RUSTFLAGS", all);
    }
    process::run(build)?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(target.join(TARGET).join(folder).join("bench.wasm"))
}

/// Bundles the libraries from npm for the page, in the versions of `bench/peers/package-lock.json`. With `weigh` it also
/// builds the smallest apps, in Rust (`bench/examples`) and in JavaScript (`bench/peers/apps`), and returns their sizes.
/// The npm package must have been built.
pub fn bundles(tools: &Tools, weigh: bool) -> Result<Vec<Record>> {
    let glue = weigh.then(|| smallest_apps(tools)).transpose()?;
    let dir = project::root().join("bench").join("peers");
    npm::install(tools, &dir, "the libraries to compare with")?;
    say::step("bundling them");
    let (script, package) = (dir.join("bundle.js"), package::folder());
    let peers = folder()?.join("pkg").join("peers");
    let sizes = cmd!(tools.sh, "node {script} {package} {peers} {glue...}")
        .quiet()
        .read()?;
    Ok(serde_json::from_str(&sizes)?)
}

/// Builds the smallest apps in Rust; says where they are.
fn smallest_apps(tools: &Tools) -> Result<PathBuf> {
    say::step("building the smallest apps (profile `release`)");
    let target = programs(tools)?;
    for options in [
        &["--examples"][..],
        &["--example", "size_fetch", "--features", "fetch"],
    ] {
        process::run(cmd!(
            tools.sh,
            "cargo build --package bench {options...} --target {TARGET} --release --target-dir {target}"
        ))?;
    }
    let (built, out) = (
        target.join(TARGET).join("release/examples"),
        folder()?.join("size"),
    );
    for source in project::root().join("bench/examples").read_dir()? {
        let name = source?.file_name();
        if !name.to_string_lossy().starts_with("size_") {
            continue;
        }
        let wasm = built.join(name).with_extension("wasm");
        bindgen(tools, &wasm, &out, "-Os")?;
    }
    Ok(out)
}

/// Where cargo puts what it compiles.
fn programs(tools: &Tools) -> Result<PathBuf> {
    Ok(match tools.sh.var_os("CARGO_TARGET_DIR") {
        Some(dir) => tools.sh.current_dir().join(dir),
        None => project::host_programs()?.with_file_name(""),
    })
}

/// Makes a module that a page can load, optimized at the level.
fn bindgen(tools: &Tools, wasm: &Path, out: &Path, level: &str) -> Result<()> {
    package::bindgen(tools, wasm, out)?;
    let name = wasm.file_stem().context("the wasm has no name")?;
    let path = out.join(format!("{}_bg.wasm", name.to_string_lossy()));
    if tools.wasm_opt {
        process::run(cmd!(tools.sh, "wasm-opt {level} {path} -o {path}"))?;
    }
    Ok(())
}
