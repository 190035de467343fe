//! npm, from which come wasm-opt and the libraries that the benchmark compares with.

use super::{Tools, apt};
use anyhow::{Context, Result};

/// `why` is what npm is to bring.
pub fn ensure(tools: &Tools, why: &str) -> Result<()> {
    if tools.find("npm").is_none() {
        apt::install(
            tools,
            &["nodejs", "npm"],
            &format!("npm, which brings {why}"),
        )
        .with_context(|| format!("install Node.js with npm, which brings {why}"))?;
    }
    Ok(())
}
