//! The wasm32 target: Rust's standard library compiled for wasm.

use super::{TARGET, Tools, debian};
use crate::{process, say};
use anyhow::{Context, Result};
use std::path::PathBuf;
use xshell::cmd;

pub fn ensure(tools: &mut Tools) -> Result<()> {
    if has_std(tools) {
        return Ok(());
    }
    // Looked for before rustup is asked again, which would take its time to fail again.
    if debian::use_if_ready(tools)? {
        return Ok(());
    }
    if tools.find("rustup").is_some() {
        say::step(format!(
            "adding the target {TARGET} with rustup, to compile for the browser"
        ));
        match process::run(cmd!(tools.sh, "rustup target add {TARGET}")) {
            Ok(()) if has_std(tools) => return Ok(()),
            Ok(()) => say::notice("rustup succeeded, but rustc still does not have the target"),
            Err(error) => say::notice(format!("{error:#}; trying Debian's Rust instead")),
        }
    } else {
        say::notice(format!(
            "this Rust does not have the target {TARGET} and there is no rustup to add it; \
             trying Debian's Rust instead"
        ));
    }
    debian::build(tools).context(format!("cannot get the target {TARGET}"))
}

/// Whether the active rustc finds a standard library for wasm.
fn has_std(tools: &Tools) -> bool {
    let dir = cmd!(tools.sh, "rustc --target {TARGET} --print target-libdir");
    let Ok(dir) = dir.quiet().ignore_stderr().read() else {
        return false;
    };
    let Ok(entries) = PathBuf::from(dir).read_dir() else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}
