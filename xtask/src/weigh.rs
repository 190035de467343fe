//! The bytes of files, as they are and as servers compress them.

use crate::project;
use crate::setup::{Tools, npm};
use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::path::Path;
use xshell::cmd;

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct Weight {
    pub raw: usize,
    pub gzip: usize,
    pub brotli: usize,
}

impl Sum for Weight {
    fn sum<I: Iterator<Item = Self>>(weights: I) -> Self {
        weights.fold(Self::default(), |sum, weight| Self {
            raw: sum.raw + weight.raw,
            gzip: sum.gzip + weight.gzip,
            brotli: sum.brotli + weight.brotli,
        })
    }
}

/// Weighs each of the files. Node has the compressors, at the same levels everywhere.
pub fn weigh(tools: &Tools, files: &[impl AsRef<Path>]) -> Result<Vec<Weight>> {
    npm::ensure(tools, "the compressors that weigh files")?;
    let script = project::root().join("xtask/src/weigh.mjs");
    let paths = files.iter().map(AsRef::as_ref);
    let weights = cmd!(tools.sh, "node {script} {paths...}").quiet().read()?;
    let weights: Vec<Weight> = serde_json::from_str(&weights)?;
    ensure!(weights.len() == files.len(), "not every file was weighed");
    Ok(weights)
}
