//! How large the smallest apps are, as a browser would load them: the examples of `bench/` in Rust, and
//! the apps of `bench/peers` in JavaScript.

use super::build::{bindgen, wasm_programs};
use super::figures::{Size, Weight};
use super::peers::{self, Folders};
use crate::process;
use crate::say;
use crate::setup::{TARGET, Tools};
use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};
use xshell::cmd;

/// The examples, and what each is. Each opens a stream, counts its events and prints them.
const RUST: [(&str, &str); 6] = [
    ("size_stream", BARE),
    ("size_gloo_net_stream", GLOO_BARE),
    ("size_typed", TYPED),
    ("size_gloo_net_typed", GLOO_TYPED),
    ("size_fetch", "Rust: typed, over `fetch`"),
    (
        "size_js_parse",
        "Rust: typed, by `JSON.parse` and `serde-wasm-bindgen`",
    ),
];

const BARE: &str = "Rust: text";
const GLOO_BARE: &str = "Rust: text, `gloo-net`";
const TYPED: &str = "Rust: typed by `serde_json`";
const GLOO_TYPED: &str = "Rust: typed by `serde_json`, `gloo-net`";

/// Which are compared, and what both are: ours, and the other.
pub const COMPARED: [(&str, &str, &str); 2] =
    [("bare", BARE, GLOO_BARE), ("typed", TYPED, GLOO_TYPED)];

/// The apps in JavaScript, what each is, and where our package keeps the wasm that it loads.
const JS: [(&str, &str, Option<&str>); 8] = [
    ("native", "JS: native `EventSource`", None),
    (
        "npm-native",
        "JS: `wasm-eventsource/native`",
        Some("native"),
    ),
    ("npm", "JS: `wasm-eventsource`", Some("")),
    ("eventsource-parser", "JS: `eventsource-parser`", None),
    ("eventsource-client", "JS: `eventsource-client`", None),
    ("eventsource", "JS: `eventsource`", None),
    ("fetch-event-source", "JS: `fetch-event-source`", None),
    ("sse", "JS: `sse.js`", None),
];

/// Builds the apps in Rust; says where their JavaScript is.
pub fn build(tools: &Tools, dir: &Path) -> Result<PathBuf> {
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
    for (name, _) in RUST {
        let wasm = built.join(name).with_extension("wasm");
        bindgen(tools, &wasm, &out, Some("-Os"))?;
    }
    Ok(out)
}

/// Weighs them. All JavaScript is minified by the same tool.
pub fn weigh(tools: &Tools, folders: &Folders) -> Result<Vec<Size>> {
    let mut apps = Vec::new();
    if let Some(glue) = &folders.glue {
        for (name, app) in RUST {
            let wasm = glue.join(format!("{name}_bg.wasm"));
            let js = glue.join("min").join(name).with_extension("js");
            apps.push((app, Some(wasm), js));
        }
    }
    for (name, app, entry) in JS {
        let wasm = entry.map(|entry| folders.npm.join(entry).join("wasm_eventsource_bg.wasm"));
        apps.push((app, wasm, folders.apps.join(name).with_extension("js")));
    }
    let files = apps
        .iter()
        .flat_map(|(_, wasm, js)| wasm.iter().chain([js]));
    let files: Vec<&PathBuf> = files.collect();
    let weights = peers::weigh(tools, &files)?;
    ensure!(weights.len() == files.len(), "not every file was weighed");
    let mut weights = weights.into_iter();
    let mut next = || weights.next().unwrap_or_default();
    let sizes = apps.iter().map(|(app, wasm, _)| {
        let wasm: Option<Weight> = wasm.as_ref().map(|_| next());
        Size {
            app: (*app).to_string(),
            wasm,
            js: next(),
        }
    });
    Ok(sizes.collect())
}
