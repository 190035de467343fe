//! The smallest apps: built as an app is, and weighed.

use crate::setup::{TARGET, Tools, npm};
use crate::sources::Sources;
use crate::{flags, package, process, project, say};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// What is weighed, the example in `bench/examples` that it is, and its features.
const APPS: [(&str, &str, &str); 3] = [
    ("bare stream", "size_stream", ""),
    ("typed", "size_typed", ""),
    ("fetch typed", "size_fetch", "fetch"),
];

/// What they are made from.
const SOURCES: [&str; 8] = [
    "Cargo.lock",
    "Cargo.toml",
    "src",
    "bench/Cargo.toml",
    "bench/examples",
    "xtask/tools/package-lock.json",
    "xtask/src/flags.rs",
    "xtask/src/sizes",
];

/// The apps, built again only if their sources or this version of wasm-opt changed, and the npm package, which must have
/// been built.
pub fn weigh(tools: &Tools, wasm_opt: &str) -> Result<BTreeMap<String, u64>> {
    let out = folder(tools)?.join(format!("apps-{wasm_opt}"));
    let sources = Sources::read(SOURCES, tools)?;
    if !sources.are_in(&out) {
        say::step("building the smallest apps, to weigh them");
        for (_, app, features) in APPS {
            let wasm = Build::new(app).features(features).run(tools)?;
            let out = out.join(app);
            finish(tools, &wasm, &out, &["-Os"])?;
        }
        sources.note_in(&out)?;
    }
    let package = package::folder();
    let apps = APPS.map(|(name, app, _)| (name, out.join(app).join("app")));
    let entries = [
        ("npm", package.clone()),
        ("npm, native", package.join("native")),
    ];
    let all = apps.iter().chain(&entries);
    all.map(|(name, folder)| Ok(((*name).to_owned(), gzip(tools, folder)?)))
        .collect()
}

/// Where all is built.
pub fn folder(tools: &Tools) -> Result<PathBuf> {
    Ok(project::target(&tools.sh)?.join("sizes"))
}

/// How an example is compiled.
pub struct Build<'a> {
    example: &'a str,
    features: &'a str,
    cfg: Option<&'a str>,
    profile: &'a [&'a str],
}

impl<'a> Build<'a> {
    pub fn new(example: &'a str) -> Self {
        let profile = &[];
        Self {
            example,
            features: "",
            cfg: None,
            profile,
        }
    }

    pub fn features(self, features: &'a str) -> Self {
        Self { features, ..self }
    }

    /// With the lines of the example that are for this.
    pub fn cost(self, name: &'a str) -> Self {
        Self {
            cfg: Some(name),
            ..self
        }
    }

    /// With settings of the profile that are not those of `release`: `opt-level="z"`.
    pub fn profile(self, profile: &'a [&'a str]) -> Self {
        Self { profile, ..self }
    }

    /// Compiles it with a profile that is `release` under another name, so that nothing else is compiled anew for the
    /// sake of our flags. Says where the wasm is.
    pub fn run(self, tools: &Tools) -> Result<PathBuf> {
        let Self {
            example,
            features,
            cfg,
            profile,
        } = self;
        let target = project::target(&tools.sh)?;
        let settings = ["inherits=\"release\""].iter().chain(profile);
        let settings =
            settings.flat_map(|it| ["--config".to_owned(), format!("profile.sizes.{it}")]);
        let cfg = cfg
            .into_iter()
            .flat_map(|name| ["--cfg".to_owned(), format!("cost=\"{name}\"")]);
        let build = cmd!(
            tools.sh,
            "cargo rustc --quiet --package bench --example {example} --features {features} --target {TARGET} --profile sizes {settings...} --target-dir {target} -- {cfg...}"
        );
        process::run(build.env("CARGO_ENCODED_RUSTFLAGS", flags::without_paths(tools, &[])?))?;
        Ok(target
            .join(TARGET)
            .join("sizes/examples")
            .join(format!("{example}.wasm")))
    }
}

/// Makes of compiled wasm what an app sends to a browser: optimized, and its JavaScript bundled and minified. It lies in
/// `app/` below the folder.
pub fn finish(tools: &Tools, wasm: &Path, out: &Path, levels: &[&str]) -> Result<()> {
    package::bindgen(tools, wasm, out)?;
    let name = wasm
        .file_stem()
        .context("the wasm has no name")?
        .to_string_lossy();
    let (module, glue) = (
        out.join(format!("{name}_bg.wasm")),
        out.join(format!("{name}.js")),
    );
    let app = out.join("app");
    let _ = fs::remove_dir_all(&app);
    fs::create_dir_all(&app)?;
    let optimized = app.join("app.wasm");
    if tools.wasm_opt && !levels.is_empty() {
        process::run(cmd!(
            tools.sh,
            "wasm-opt {levels...} {module} -o {optimized}"
        ))?;
    } else {
        fs::copy(&module, &optimized)?;
    }
    let shrinkers = npm::shrinkers(tools)?;
    let esbuild = shrinkers.join("node_modules/.bin/esbuild");
    let minified = app.join("app.js");
    process::run(cmd!(
        tools.sh,
        "{esbuild} {glue} --bundle --minify --format=esm --log-level=warning --outfile={minified}"
    ))
}

/// The bytes after `gzip -9` of the wasm and JavaScript in a folder, each file alone.
pub fn gzip(tools: &Tools, folder: &Path) -> Result<u64> {
    let script = project::root().join("xtask/src/sizes/gzip.mjs");
    let bytes = cmd!(tools.sh, "node {script} {folder}").quiet().read()?;
    Ok(bytes.trim().parse()?)
}
