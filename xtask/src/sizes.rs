//! `cargo xtask sizes`: what the smallest apps and the npm package weigh after `gzip -9`, JavaScript included.
//!
//! `bench/sizes.json` is committed. The tests compare with it, and a change of more than a hundredth fails them until
//! the file is changed as well: no growth goes unnoticed, and the file stays true.
//!
//! The same sources give the same bytes on another machine if compiler and tools have the same versions, because the
//! paths of the machine are replaced: they stand in the messages of panics. With other versions, sizes are only shown.

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

/// The greatest change that needs no new file is one in so many bytes.
const TOLERANCE: u64 = 100;

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Sizes {
    /// The versions of what decides about sizes.
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
        let text = serde_json::to_string_pretty(&found)?;
        fs::write(file(), text + "\n").context("cannot write bench/sizes.json")?;
        println!("{}", found.compared(&found));
        return Ok(ExitCode::SUCCESS);
    }
    judge(&found)?;
    Ok(ExitCode::SUCCESS)
}

/// An error if a size is no longer that in the file. The npm package must have been built.
pub fn check(tools: &Tools) -> Result<()> {
    judge(&measure(tools)?)
}

fn judge(found: &Sizes) -> Result<()> {
    let text = fs::read_to_string(file()).context("cannot read bench/sizes.json")?;
    let saved: Sizes = serde_json::from_str(&text).context("bench/sizes.json")?;
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
        "{}\nIf that is wanted, `cargo xtask sizes --save` writes the sizes to bench/sizes.json: commit it with the \
         change, and say in the message why.",
        changes.join("\n")
    );
    Ok(())
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

    /// What is to be said of sizes that are not those in the file.
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
    fn a_change_of_more_than_a_hundredth_is_told_with_what_changed_and_by_how_much() {
        let saved = sizes(&[("app", 10_000)]);
        for (now, told) in [
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
            assert_eq!(changes.first().map(String::as_str), told);
        }
    }

    #[test]
    fn what_is_only_here_or_only_in_the_file_is_told() {
        let changes = sizes(&[("new", 1)]).changes(&sizes(&[("old", 1)]));
        let expected = [
            "new is not in bench/sizes.json",
            "old is in bench/sizes.json, but is not measured",
        ];
        assert_eq!(changes, expected);
    }
}
