//! How large the smallest apps are: the examples of `bench/`, as a browser would load them.

use super::{bindgen, wasm_programs};
use crate::setup::{TARGET, Tools};
use crate::{process, say};
use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use serde::Serialize;
use std::fs;
use std::io::Write;
use std::path::Path;
use xshell::cmd;

/// The examples, and what each is.
const APPS: [(&str, &str); 5] = [
    ("size_stream", "stream of raw messages"),
    ("size_typed", "stream of a type, `serde_json`"),
    ("size_fetch", "the same over `fetch`"),
    (
        "size_js_parse",
        "stream, `JSON.parse` and `serde-wasm-bindgen`",
    ),
    ("size_gloo_net", "`gloo-net` 0.6, `serde_json`"),
];

/// Sizes in bytes after gzip.
#[derive(Serialize)]
pub struct Size {
    pub app: &'static str,
    pub wasm: usize,
    /// The JavaScript that `wasm-bindgen` puts beside it, not minified.
    pub js: usize,
}

pub fn measure(tools: &Tools, dir: &Path) -> Result<Vec<Size>> {
    say::step("building the smallest apps (profile `release`)");
    process::run(cmd!(
        tools.sh,
        "cargo build --package bench --examples --target {TARGET} --release"
    ))?;
    process::run(cmd!(
        tools.sh,
        "cargo build --package bench --example size_fetch --features fetch --target {TARGET} --release"
    ))?;
    let built = wasm_programs(tools, "release")?.join("examples");
    let out = dir.join("size");
    APPS.into_iter()
        .map(|(name, app)| {
            let wasm = built.join(name).with_extension("wasm");
            let wasm = bindgen(tools, &wasm, &out, "-Os")?;
            let js = out.join(name).with_extension("js");
            Ok(Size {
                app,
                wasm: gzipped(&wasm)?,
                js: gzipped(&js)?,
            })
        })
        .collect()
}

fn gzipped(path: &Path) -> Result<usize> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    Ok(encoder.finish()?.len())
}
