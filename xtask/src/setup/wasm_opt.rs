//! wasm-opt (Binaryen): makes the package smaller.
//!
//! The npm package holds the whole tool and comes from a registry; wasm-pack's own download
//! needs an open network, and distributions carry versions that fail on today's wasm.

use super::{Tools, at_least, npm};
use crate::{process, project, say};
use anyhow::{Context, Result, bail};
use xshell::cmd;

/// The version to install; the PATH's own is used from `LEAST` on.
const VERSION: &str = "132.0.0";
const LEAST: [u32; 1] = [120];

/// Without wasm-opt all works, only larger; so on a machine that cannot have it, say so and go on.
pub fn ensure(tools: &mut Tools) -> Result<()> {
    match try_ensure(tools) {
        Ok(()) => tools.wasm_opt = true,
        Err(error) if project::in_ci() => return Err(error),
        Err(error) => say::notice(format!(
            "the package will be larger than it could be, as there is no wasm-opt: {error:#}"
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
    let root = project::cache()?.join(format!("binaryen-{VERSION}"));
    let bin = root.join("node_modules").join(".bin");
    if !bin.join("wasm-opt").exists() {
        npm::ensure(tools, "wasm-opt")?;
        say::step(format!(
            "installing wasm-opt (binaryen {VERSION}) with npm, which makes the package smaller \
             (seconds, once; kept in {})",
            root.display()
        ));
        std::fs::create_dir_all(&root)
            .with_context(|| format!("cannot create {}", root.display()))?;
        let package = format!("binaryen@{VERSION}");
        process::run(cmd!(
            tools.sh,
            "npm install --no-save --no-audit --no-fund --prefix {root} {package}"
        ))?;
    }
    tools.add_to_path(&bin)?;
    if !usable(tools) {
        bail!(
            "wasm-opt of {} does not run; is Node.js too old?",
            bin.display()
        );
    }
    Ok(())
}
