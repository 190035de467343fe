//! wasm-opt (Binaryen): makes wasm smaller.
//!
//! The npm package holds the whole tool and comes from a registry; wasm-pack's own download
//! needs an open network, and distributions carry versions that fail on today's wasm.

use super::{Tools, at_least, npm};
use crate::{project, say};
use anyhow::{Result, bail};

/// The PATH's own is used from this version on.
const LEAST: [u32; 1] = [120];

/// Without wasm-opt all works, only larger; so on a machine that cannot have it, say so and go on.
pub fn ensure(tools: &mut Tools) -> Result<()> {
    match try_ensure(tools) {
        Ok(()) => tools.wasm_opt = true,
        Err(error) if project::in_ci() => return Err(error),
        Err(error) => say::notice(format!(
            "apps will be larger than they could be, as there is no wasm-opt: {error:#}"
        )),
    }
    Ok(())
}

fn try_ensure(tools: &Tools) -> Result<()> {
    let usable = |tools: &Tools| {
        let found = tools.version_of("wasm-opt");
        found.is_some_and(|version| at_least(&version, &LEAST))
    };
    if usable(tools) {
        return Ok(());
    }
    let bin = npm::shrinkers(tools)?.join("node_modules").join(".bin");
    tools.add_to_path(&bin)?;
    if !usable(tools) {
        bail!(
            "wasm-opt of {} does not run; is Node.js too old?",
            bin.display()
        );
    }
    Ok(())
}
