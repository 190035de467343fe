//! The wasm-bindgen CLI, of exactly the version in Cargo.lock: the generated code and the tool
//! that reads it share a format that changes with every release.
//!
//! wasm-pack takes the one on the PATH if its version is right, and the test runner beside it.

use super::{Tools, cargo_install};
use crate::project;
use anyhow::Result;

const PROGRAMS: [&str; 2] = ["wasm-bindgen", "wasm-bindgen-test-runner"];

pub fn ensure(tools: &Tools) -> Result<()> {
    let version = project::locked_version("wasm-bindgen")?;
    if is_on_path(tools, &version) {
        return Ok(());
    }
    // Without `--locked`: its lock file names versions that registries have withdrawn.
    let why = "the version that Cargo.lock asks for";
    let bin = cargo_install(tools, "wasm-bindgen-cli", &version, &[], &PROGRAMS, why)?;
    tools.add_to_path(&bin)
}

fn is_on_path(tools: &Tools, version: &str) -> bool {
    let dirs = PROGRAMS.map(|name| {
        tools
            .find(name)
            .and_then(|p| Some(p.parent()?.to_path_buf()))
    });
    dirs[0].is_some()
        && dirs[0] == dirs[1]
        && PROGRAMS
            .iter()
            .all(|name| tools.version_of(name).as_deref() == Some(version))
}
