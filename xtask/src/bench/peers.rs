//! The JavaScript libraries that we are compared with: from npm, in the versions of
//! `bench/peers/package-lock.json`, and only for the benchmark's page.

use crate::setup::{Tools, npm};
use crate::{process, project, say};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use xshell::cmd;

/// Where each keeps its ES modules, below `node_modules`, and the folder of `/pkg/peers/` under
/// which `index.html` knows them.
const MODULES: [(&str, &str); 2] = [
    ("eventsource-parser/dist", "eventsource-parser"),
    (
        "@microsoft/fetch-event-source/lib/esm",
        "fetch-event-source",
    ),
];

/// Installs them if they are missing or others, and copies their modules into the folder served at
/// `/pkg/`.
pub fn provide(tools: &Tools, pkg: &Path) -> Result<()> {
    let dir = project::root().join("bench").join("peers");
    let installed = dir.join("node_modules");
    let wanted = versions(&dir.join("package-lock.json"))?;
    // npm's own note of what it installed.
    if versions(&installed.join(".package-lock.json"))
        .ok()
        .as_ref()
        != Some(&wanted)
    {
        let names: Vec<&str> = MODULES.iter().map(|(_, name)| *name).collect();
        let names = names.join(" and ");
        npm::ensure(tools, &names)?;
        say::step(format!(
            "installing {names} with npm, to compare with (seconds, once; kept in {})",
            installed.display()
        ));
        process::run(cmd!(
            tools.sh,
            "npm ci --prefix {dir} --ignore-scripts --no-audit --no-fund"
        ))?;
    }
    for (from, name) in MODULES {
        copy_modules(&installed.join(from), &pkg.join("peers").join(name))?;
    }
    Ok(())
}

/// The packages of a lock file by their paths, without the project itself.
fn versions(lock: &Path) -> Result<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Lock {
        packages: BTreeMap<String, Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        version: Option<String>,
    }

    let text =
        fs::read_to_string(lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let lock: Lock = serde_json::from_str(&text)
        .with_context(|| format!("{} is no lock file of npm", lock.display()))?;
    let versions = lock.packages.into_iter();
    Ok(versions
        .filter_map(|(path, package)| Some((path, package.version?)))
        .collect())
}

fn copy_modules(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("cannot copy {} to {}", from.display(), to.display());
    fs::create_dir_all(to).with_context(failed)?;
    for entry in fs::read_dir(from).with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        if let Some(name) = path.file_name()
            && path.extension().is_some_and(|extension| extension == "js")
        {
            fs::copy(&path, to.join(name)).with_context(failed)?;
        }
    }
    Ok(())
}
