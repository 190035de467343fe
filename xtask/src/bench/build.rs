//! What has to be compiled and bundled before anything can be measured.

use super::folder;
use crate::setup::{TARGET, Tools, npm};
use crate::{package, process, project, say};
use anyhow::Result;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// Compiles the contestants in Rust into the folder that the page loads them from, and once more with vector
/// instructions, which an app has to ask for.
pub fn contestants(tools: &Tools) -> Result<()> {
    let pkg = folder()?.join("pkg");
    let wasm = contestants_for(tools, "speed", &project::target(&tools.sh)?, "")?;
    package::bindgen(tools, &wasm, &pkg)?;
    optimize(tools, &pkg)?;
    // Another folder, because the programs have the same name.
    let target = folder()?.join("simd");
    let wasm = contestants_for(tools, "speed", &target, " -Ctarget-feature=+simd128")?;
    let simd = pkg.join("simd");
    package::bindgen(tools, &wasm, &simd)?;
    optimize(tools, &simd)
}

fn optimize(tools: &Tools, pkg: &Path) -> Result<()> {
    let path = pkg.join("bench_bg.wasm");
    if tools.wasm_opt {
        process::run(cmd!(tools.sh, "wasm-opt -O3 {path} -o {path}"))?;
    }
    Ok(())
}

/// Compiles the contestants in Rust without optimization, to see that they work.
pub fn contestants_for_smoke(tools: &Tools) -> Result<PathBuf> {
    contestants_for(tools, "dev", &project::target(&tools.sh)?, "")
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

/// Bundles the libraries from npm for the page, in the versions of `bench/peers/package-lock.json`.
pub fn peers(tools: &Tools) -> Result<()> {
    let dir = project::root().join("bench").join("peers");
    npm::install(tools, &dir, "the libraries to compare with")?;
    say::step("bundling them");
    let (script, peers) = (dir.join("bundle.js"), folder()?.join("pkg").join("peers"));
    process::run(cmd!(tools.sh, "node {script} {peers}"))
}
