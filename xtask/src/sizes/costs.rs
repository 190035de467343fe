//! What each feature costs an app, and what each setting of its build saves: the two tables in BENCHMARKS.md.

use super::apps::{self, Build};
use crate::setup::Tools;
use crate::{project, say};
use anyhow::{Context, Result};
use std::fs;
use std::process::ExitCode;

/// What is shown, the lines of `bench/examples/cost.rs` that it is, and its features.
const FEATURES: [(&str, &str, &str); 9] = [
    ("a callback for states, `on_state`", "on_state", ""),
    ("a callback for an event, `on_frame`", "on_frame", ""),
    ("a close rule on data, `CloseRule::data`", "data", ""),
    ("a close rule by a function, `CloseRule::when`", "when", ""),
    ("a limit of waiting messages, `buffer`", "buffer", ""),
    (
        "the lifecycle in the stream, `with_lifecycle`",
        "lifecycle",
        "",
    ),
    (
        "cookies for other origins, `with_credentials`",
        "credentials",
        "",
    ),
    (
        "`fetch()` instead of the browser's `EventSource`",
        "fetch",
        "fetch",
    ),
    (
        "a small allocator, `rlsf::SmallGlobalTlsf`",
        "allocator",
        "",
    ),
];

/// What is shown, and the lines of the profile.
const PROFILES: [(&str, &[&str]); 5] = [
    ("`opt-level = \"z\"`", &["opt-level=\"z\""]),
    ("`opt-level = 3`", &["opt-level=3"]),
    ("`lto = false`", &["lto=false"]),
    ("`codegen-units = 16`", &["codegen-units=16"]),
    ("`panic = \"abort\"`", &["panic=\"abort\""]),
];

/// What is shown, and the options of wasm-opt.
const OPTIMIZERS: [(&str, &[&str]); 5] = [
    ("no wasm-opt", &[]),
    ("`wasm-opt -O3`", &["-O3"]),
    ("`wasm-opt -Oz`", &["-Oz"]),
    (
        "`wasm-opt -Os --converge --low-memory-unused`",
        &["-Os", "--converge", "--low-memory-unused"],
    ),
    (
        "`wasm-opt -Os --one-caller-inline-max-function-size=15`",
        &["-Os", "--one-caller-inline-max-function-size=15"],
    ),
];

/// Other apps: what is shown, the example and its features.
const OTHERS: [(&str, &str, &str); 4] = [
    ("typed events, `typed_event`", "size_typed", ""),
    ("typed events over `fetch()`", "size_fetch", "fetch"),
    (
        "`gloo-net`: a stream of messages",
        "size_gloo_net_stream",
        "",
    ),
    (
        "`gloo-net`: messages decoded by `serde_json`",
        "size_gloo_net_typed",
        "",
    ),
];

pub fn run(tools: &Tools, save: bool) -> Result<ExitCode> {
    let mut base = None;
    let mut table =
        String::from("| the smallest app with … | gzip, bytes | change |\n|---|---:|---:|\n");
    for (name, build, optimizer) in variants() {
        let out = apps::folder(tools)?.join("cost");
        apps::finish(tools, &build.run(tools)?, &out, optimizer)?;
        let bytes = apps::gzip(tools, &out.join("app"))?;
        let change = i64::try_from(bytes)? - i64::try_from(*base.get_or_insert(bytes))?;
        say::step(format!("{name}: {bytes} bytes of gzip, {change:+}"));
        table += &format!("| {name} | {bytes} | {change:+} |\n");
    }
    println!("{table}");
    if save {
        replace(&table)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is shown, how it is compiled, and the options of wasm-opt; first the app that all are compared with.
fn variants() -> Vec<(&'static str, Build<'static>, &'static [&'static str])> {
    let bare = || Build::new("cost");
    let usual = |(name, build)| (name, build, &["-Os"][..]);
    let base = "**a bare stream**, `opt-level = \"s\"`, LTO, one codegen unit, `wasm-opt -Os`";
    let mut variants = vec![usual((base, bare()))];
    let features =
        FEATURES.map(|(name, cost, features)| (name, bare().features(features).cost(cost)));
    variants.extend(features.map(usual));
    variants.extend(
        OTHERS.map(|(name, app, features)| usual((name, Build::new(app).features(features)))),
    );
    variants.extend(OPTIMIZERS.map(|(name, optimizer)| (name, bare(), optimizer)));
    variants.extend(PROFILES.map(|(name, profile)| usual((name, bare().profile(profile)))));
    variants
}

/// Puts the table between the two comments in BENCHMARKS.md.
fn replace(table: &str) -> Result<()> {
    let path = project::root().join("BENCHMARKS.md");
    let text = fs::read_to_string(&path).context("cannot read BENCHMARKS.md")?;
    let parts = text
        .split_once("<!-- costs: written by `cargo xtask sizes --costs --save` -->\n")
        .zip(text.split_once("<!-- end of the costs -->\n"));
    let ((before, _), (_, after)) =
        parts.context("BENCHMARKS.md has lost the two comments around the costs")?;
    let text = format!(
        "{before}<!-- costs: written by `cargo xtask sizes --costs --save` -->\n\n{table}<!-- end of the costs -->\n{after}"
    );
    fs::write(&path, text).context("cannot write BENCHMARKS.md")
}
