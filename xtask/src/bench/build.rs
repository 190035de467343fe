//! What has to be compiled before anything can be measured.

use crate::setup::{TARGET, Tools};
use crate::{package, process, project, say};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use xshell::{Shell, cmd};

/// What is compiled for: figures, or only to see that all works.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Figures,
    Smoke,
}

impl Purpose {
    fn profile(self) -> &'static str {
        match self {
            Self::Figures => "speed",
            Self::Smoke => "dev",
        }
    }

    /// Where cargo puts it.
    fn folder(self) -> &'static str {
        match self {
            Self::Figures => "speed",
            Self::Smoke => "debug",
        }
    }
}

/// Compiles the contestants in Rust into the folder that the page loads them from. For figures, once
/// more with vector instructions, which an app has to ask for.
pub fn contestants(tools: &Tools, dir: &Path, purpose: Purpose) -> Result<()> {
    let (profile, folder) = (purpose.profile(), purpose.folder());
    say::step(format!("building the contestants (profile `{profile}`)"));
    process::run(cmd!(
        tools.sh,
        "cargo build --package bench --lib --features parsers --target {TARGET} --profile {profile}"
    ))?;
    let wasm = wasm_programs(tools, folder)?.join("bench.wasm");
    let pkg = dir.join("pkg");
    let simd = pkg.join("simd");
    if purpose == Purpose::Smoke {
        // What is there is of another time.
        let _ = fs::remove_dir_all(simd);
        return bindgen(tools, &wasm, &pkg, None).map(drop);
    }
    bindgen(tools, &wasm, &pkg, Some("-O3"))?;

    say::step("building them with vector instructions");
    // A folder of its own, as other flags make other programs of the same name.
    let target = dir.join("simd");
    let mut flags = tools.sh.var_os("RUSTFLAGS").unwrap_or_default();
    flags.push(" -Ctarget-feature=+simd128");
    process::run(
        cmd!(
            tools.sh,
            "cargo build --package bench --lib --features parsers --target {TARGET} --profile {profile} --target-dir {target}"
        )
        .env("RUSTFLAGS", flags),
    )?;
    let wasm = target.join(TARGET).join(folder).join("bench.wasm");
    bindgen(tools, &wasm, &simd, Some("-O3")).map(drop)
}

/// Compiles the program that runs the parsers on the host; says where it is.
pub fn parsers(host: &Shell, purpose: Purpose) -> Result<PathBuf> {
    let profile = purpose.profile();
    say::step(format!(
        "building the parsers for the host (profile `{profile}`)"
    ));
    process::run(cmd!(
        host,
        "cargo build --package bench --bin parsers --features parsers --profile {profile}"
    ))?;
    let program = project::host_program("parsers")?;
    let name = program.file_name().context("a program has a name")?;
    let programs = project::host_programs()?;
    Ok(programs.with_file_name(purpose.folder()).join(name))
}

/// Puts the npm package where the page loads it from.
pub fn copy_package(dir: &Path) -> Result<PathBuf> {
    let to = dir.join("pkg").join("npm");
    let _ = fs::remove_dir_all(&to);
    copy_folder(&package::folder(), &to)?;
    Ok(to)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("cannot copy {} to {}", from.display(), to.display());
    fs::create_dir_all(to).with_context(failed)?;
    for entry in fs::read_dir(from).with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        let Some(name) = path.file_name() else {
            continue;
        };
        if path.is_dir() {
            copy_folder(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name)).with_context(failed)?;
        }
    }
    Ok(())
}

/// Where cargo puts what it compiles for wasm.
pub fn wasm_programs(tools: &Tools, folder: &str) -> Result<PathBuf> {
    let target = match tools.sh.var_os("CARGO_TARGET_DIR") {
        Some(dir) => tools.sh.current_dir().join(dir),
        None => project::host_programs()?.with_file_name(""),
    };
    Ok(target.join(TARGET).join(folder))
}

/// Makes a module that a page can load, optimized at the level.
pub fn bindgen(tools: &Tools, wasm: &Path, out: &Path, level: Option<&str>) -> Result<()> {
    process::run(cmd!(
        tools.sh,
        "wasm-bindgen --target web --no-typescript --out-dir {out} {wasm}"
    ))?;
    let name = wasm.file_stem().context("the wasm has no name")?;
    let path = out.join(format!("{}_bg.wasm", name.to_string_lossy()));
    if let Some(level) = level
        && tools.wasm_opt
    {
        process::run(cmd!(tools.sh, "wasm-opt {level} {path} -o {path}"))?;
    }
    Ok(())
}
