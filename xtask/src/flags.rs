//! Flags of the compiler for wasm that is weighed or published.

use crate::project;
use crate::setup::Tools;
use anyhow::{Context, Result};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

/// The flags of this shell, more flags, and those that replace the folders of this machine by short names; as cargo takes
/// them in `CARGO_ENCODED_RUSTFLAGS`, where a path may have spaces.
pub fn without_paths(tools: &Tools, more: &[String]) -> Result<OsString> {
    let flags = tools.sh.var("RUSTFLAGS").unwrap_or_default();
    let mut flags: Vec<OsString> = flags.split_whitespace().map(OsString::from).collect();
    flags.extend(more.iter().map(OsString::from));
    let mut replace = |folder: &Path, name: &str| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(folder);
        flag.push("=");
        flag.push(name);
        flags.push(flag);
    };
    replace(&project::root(), "project");
    // One folder a registry, called after its address.
    let registries = cargo_home()?.join("registry/src");
    let entries = fs::read_dir(&registries);
    for entry in entries.with_context(|| format!("cannot read {}", registries.display()))? {
        replace(&entry?.path(), "crates");
    }
    Ok(flags.join(OsStr::new("\x1f")))
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = std::env::home_dir().context("there is no home folder")?;
    Ok(home.join(".cargo"))
}
