//! The JavaScript libraries that we are compared with: from npm, in the versions of
//! `bench/peers/package-lock.json`, and only for the benchmark's page.

use crate::project;
use crate::setup::{Tools, npm};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

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
    let names: Vec<&str> = MODULES.iter().map(|(_, name)| *name).collect();
    let what = format!("{}, to compare with", names.join(" and "));
    npm::install(tools, &dir, &what)?;
    let installed = dir.join("node_modules");
    for (from, name) in MODULES {
        copy_modules(&installed.join(from), &pkg.join("peers").join(name))?;
    }
    Ok(())
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
