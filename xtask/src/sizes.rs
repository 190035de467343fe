//! `cargo xtask sizes`: what the smallest apps and the npm package weigh after `gzip -9`, JavaScript included.
//!
//! `cargo xtask test` compares with `bench/sizes.json` and fails if a size changed by more than 1 %, until somebody
//! changes the file on purpose.
//!
//! With the same versions of compiler and tools, the same sources give the same bytes on every machine: the messages of
//! panics contain paths, and the build replaces those of the machine by short names. With other versions, sizes are
//! printed and not judged.

mod apps;
pub mod costs;

use crate::setup::{self, Tools};
use crate::{package, project, say};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Args {
    /// Write the sizes to bench/sizes.json
    #[arg(long)]
    save: bool,
    /// Measure instead what each feature costs an app, and what each setting saves; with --save into BENCHMARKS.md
    #[arg(long)]
    costs: bool,
}

/// A change of one byte in this many is allowed: 1 %.
const TOLERANCE: u64 = 100;

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Sizes {
    /// The versions of the tools on which sizes depend.
    tools: BTreeMap<String, String>,
    /// Bytes.
    gzip: BTreeMap<String, u64>,
}

pub fn run(args: &Args) -> Result<ExitCode> {
    let tools = setup::wasm()?;
    if args.costs {
        return costs::run(&tools, args.save);
    }
    package::build(&tools)?;
    let found = measure(&tools)?;
    if args.save {
        println!("{}", found.compared(saved().as_ref().unwrap_or(&found)));
        let text = serde_json::to_string_pretty(&found)?;
        fs::write(file(), text + "\n").context("cannot write bench/sizes.json")?;
    } else {
        judge(&found)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// An error if a size is no longer that in the file. The npm package must have been built.
pub fn check(tools: &Tools) -> Result<()> {
    judge(&measure(tools)?)
}

fn judge(found: &Sizes) -> Result<()> {
    let saved = saved()?;
    println!("{}", found.compared(&saved));
    if found.tools != saved.tools {
        say::notice(format!(
            "sizes are not judged: bench/sizes.json is of {}, and here are {}",
            shown(&saved.tools),
            shown(&found.tools)
        ));
        return Ok(());
    }
    let changes = found.changes(&saved);
    ensure!(
        changes.is_empty(),
        "{}\nIf you want this change, `cargo xtask sizes --save` writes the sizes to bench/sizes.json: commit it with \
         the change, and give the reason in its message.",
        changes.join("\n")
    );
    Ok(())
}

/// What the file has.
fn saved() -> Result<Sizes> {
    let text = fs::read_to_string(file()).context("cannot read bench/sizes.json")?;
    serde_json::from_str(&text).context("bench/sizes.json")
}

fn measure(tools: &Tools) -> Result<Sizes> {
    let versions = versions(tools)?;
    let gzip = apps::weigh(tools, &versions["wasm-opt"])?;
    Ok(Sizes {
        tools: versions,
        gzip,
    })
}

fn versions(tools: &Tools) -> Result<BTreeMap<String, String>> {
    let wasm_opt = tools.wasm_opt.then(|| tools.version_of("wasm-opt"));
    let wasm_opt = wasm_opt.flatten().unwrap_or_else(|| "none".into());
    let rustc = tools.version_of("rustc").context("rustc has no version")?;
    let versions = [
        ("rustc", rustc),
        ("wasm-bindgen", project::locked_version("wasm-bindgen")?),
        ("wasm-opt", wasm_opt),
    ];
    Ok(versions.map(|(tool, it)| (tool.to_owned(), it)).into())
}

fn shown(tools: &BTreeMap<String, String>) -> String {
    let tools = tools
        .iter()
        .map(|(tool, version)| format!("{tool} {version}"));
    tools.collect::<Vec<_>>().join(", ")
}

fn file() -> PathBuf {
    project::root().join("bench/sizes.json")
}

impl Sizes {
    /// Each size, with its change.
    fn compared(&self, saved: &Self) -> String {
        let lines = self.gzip.iter().map(|(what, bytes)| {
            let change = saved.gzip.get(what).map(|saved| percent(*saved, *bytes));
            let change = change.unwrap_or_else(|| "new".into());
            format!("{what:<14}{bytes:>8} bytes, {change}")
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// A sentence for each size that differs too much from the file.
    fn changes(&self, saved: &Self) -> Vec<String> {
        let names = self.gzip.keys().chain(saved.gzip.keys());
        let names: BTreeSet<_> = names.collect();
        let change = |name: &String| match (saved.gzip.get(name), self.gzip.get(name)) {
            (Some(before), Some(now)) => {
                let verb = if now > before { "grew" } else { "shrank" };
                let (by, percent) = (now.abs_diff(*before), percent(*before, *now));
                (by * TOLERANCE > *before).then(|| {
                    format!(
                        "{name} {verb} by {by} bytes of gzip ({percent}), from {before} to {now}"
                    )
                })
            }
            (None, _) => Some(format!("{name} is not in bench/sizes.json")),
            (_, None) => Some(format!(
                "{name} is in bench/sizes.json, but is not measured"
            )),
        };
        names.into_iter().filter_map(change).collect()
    }
}

fn percent(before: u64, now: u64) -> String {
    format!("{:+.1} %", (now as f64 / before as f64 - 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(gzip: &[(&str, u64)]) -> Sizes {
        Sizes {
            tools: BTreeMap::new(),
            gzip: gzip
                .iter()
                .map(|(name, it)| ((*name).into(), *it))
                .collect(),
        }
    }

    #[test]
    fn a_change_of_more_than_one_percent_is_reported_with_its_size() {
        let saved = sizes(&[("app", 10_000)]);
        for (now, report) in [
            (10_000, None),
            (10_100, None),
            (9_900, None),
            (
                10_150,
                Some("app grew by 150 bytes of gzip (+1.5 %), from 10000 to 10150"),
            ),
            (
                9_000,
                Some("app shrank by 1000 bytes of gzip (-10.0 %), from 10000 to 9000"),
            ),
        ] {
            let changes = sizes(&[("app", now)]).changes(&saved);
            assert_eq!(changes.first().map(String::as_str), report);
        }
    }

    #[test]
    fn an_app_that_is_missing_here_or_in_the_file_is_reported() {
        let changes = sizes(&[("new", 1)]).changes(&sizes(&[("old", 1)]));
        let expected = [
            "new is not in bench/sizes.json",
            "old is in bench/sizes.json, but is not measured",
        ];
        assert_eq!(changes, expected);
    }
}
