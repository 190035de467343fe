//! wasm-pack: builds the package and runs the browser tests.

use super::{Tools, at_least, cargo_install};
use anyhow::Result;

/// The version to install; the PATH's own is used from the same minor version on.
const VERSION: &str = "0.15.1";
const LEAST: [u32; 2] = [0, 15];

pub fn ensure(tools: &Tools) -> Result<()> {
    let found = tools.version_of("wasm-pack");
    if found.is_some_and(|version| at_least(&version, &LEAST)) {
        return Ok(());
    }
    let why = "which builds the package and runs the browser tests";
    let bin = cargo_install(
        tools,
        "wasm-pack",
        VERSION,
        &["--locked"],
        &["wasm-pack"],
        why,
    )?;
    tools.add_to_path(&bin)
}
