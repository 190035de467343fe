//! What each feature costs an app, and what each setting of its build saves: the two tables in BENCHMARKS.md.

use super::apps::{self, Build};
use crate::setup::Tools;
use crate::{project, say};
use anyhow::{Context, Result};
use std::fs;
use std::process::ExitCode;

/// What is shown, the lines of `bench/examples/cost.rs` that it is, and its features.
const FEATURES: [(&str, &str, &str); 8] = [
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

/// Apps to compare with, and the example.
const OTHERS: [(&str, &str); 2] = [
    ("bare stream, `gloo-net`", "size_gloo_net_stream"),
    ("typed, `gloo-net`", "size_gloo_net_typed"),
];

pub fn run(tools: &Tools, save: bool) -> Result<ExitCode> {
    let usual = &["-Os"][..];
    let weigh = |build: Build, optimizer: &[&str]| -> Result<u64> {
        let out = apps::folder(tools)?.join("cost");
        apps::finish(tools, &build.run(tools)?, &out, optimizer)?;
        let bytes = apps::gzip(tools, [("", out.join("app"))])?;
        bytes.into_values().next().context("nothing was weighed")
    };
    let bare = || Build::new("cost");
    let mut base = 0;
    let mut lines = Vec::new();
    let mut add = |name: &str, bytes: u64| {
        if base == 0 {
            base = bytes;
        }
        let change = i64::try_from(bytes)? - i64::try_from(base)?;
        say::step(format!("{name}: {bytes} bytes of gzip, {change:+}"));
        lines.push(format!("| {name} | {bytes} | {change:+} |"));
        anyhow::Ok(())
    };
    add(
        "**a bare stream**, `opt-level = \"s\"`, LTO, one codegen unit, `wasm-opt -Os`",
        weigh(bare(), usual)?,
    )?;
    for (name, cost, features) in FEATURES {
        add(name, weigh(bare().features(features).cost(cost), usual)?)?;
    }
    add(
        "typed events, `typed_event`",
        weigh(Build::new("size_typed"), usual)?,
    )?;
    let typed = Build::new("size_fetch").features("fetch");
    add("typed events over `fetch()`", weigh(typed, usual)?)?;
    for (name, example) in OTHERS {
        add(name, weigh(Build::new(example), usual)?)?;
    }
    add(
        "a small allocator, `rlsf::SmallGlobalTlsf`",
        weigh(bare().cost("allocator"), usual)?,
    )?;
    for (name, optimizer) in OPTIMIZERS {
        add(name, weigh(bare(), optimizer)?)?;
    }
    for (name, profile) in PROFILES {
        add(name, weigh(bare().profile(profile), usual)?)?;
    }
    let table = format!(
        "| the smallest app with … | gzip, bytes | change |\n|---|---:|---:|\n{}\n",
        lines.join("\n")
    );
    println!("{table}");
    if save {
        replace(&table)?;
    }
    Ok(ExitCode::SUCCESS)
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
