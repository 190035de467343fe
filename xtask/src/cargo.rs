//! Building with cargo, and asking it where it put the files.

use crate::{process, project};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The files that cargo made, or found up to date.
pub struct Artifacts(Vec<Artifact>);

#[derive(Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: Target,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    executable: Option<PathBuf>,
    profile: Profile,
}

#[derive(Deserialize)]
struct Profile {
    /// Whether it is compiled as a test.
    test: bool,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Runs a cargo command with its progress visible.
pub fn artifacts(mut command: Command) -> Result<Artifacts> {
    command.args(["--message-format", "json-render-diagnostics"]);
    parse(&process::read(&mut command)?)
}

fn parse(printed: &str) -> Result<Artifacts> {
    #[derive(Deserialize)]
    #[serde(tag = "reason", rename_all = "kebab-case")]
    enum Message {
        CompilerArtifact(Artifact),
        #[serde(other)]
        Other,
    }

    let mut artifacts = Vec::new();
    for message in printed.lines().map(serde_json::from_str) {
        if let Message::CompilerArtifact(artifact) = message.context("what cargo printed")? {
            artifacts.push(artifact);
        }
    }
    Ok(Artifacts(artifacts))
}

impl Artifacts {
    /// The program of this name in the package in this folder of the repository. A program may also have
    /// been compiled with its unit tests, as another one of the same name; that is taken only if it is
    /// all there is.
    pub fn program(&self, folder: &str, name: &str) -> Result<&Path> {
        let mut programs: Vec<_> = self
            .of(folder, name)
            .filter(|it| it.executable.is_some())
            .collect();
        programs.sort_by_key(|it| it.profile.test);
        let program = programs.first().and_then(|it| it.executable.as_deref());
        program.with_context(|| format!("cargo made no program {name} in {folder}"))
    }

    /// The wasm file of this target of the package in this folder.
    pub fn wasm(&self, folder: &str, name: &str) -> Result<&Path> {
        let files = self.of(folder, name).flat_map(|it| &it.filenames);
        let wasm = files.map(PathBuf::as_path).find(|file| {
            let kind = file.extension();
            kind.is_some_and(|kind| kind == "wasm")
        });
        wasm.with_context(|| format!("cargo made no wasm file {name} in {folder}"))
    }

    fn of(&self, folder: &str, name: &str) -> impl Iterator<Item = &Artifact> {
        let manifest = project::root().join(folder).join("Cargo.toml");
        // Path::join keeps the `.` of the root package's folder; comparing by components drops it.
        let is_of = move |it: &&Artifact| it.manifest_path.components().eq(manifest.components());
        let name = name.to_owned();
        self.0
            .iter()
            .filter(is_of)
            .filter(move |it| it.target.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(file: &str, is_test: bool) -> String {
        let manifest = project::root().join("tests/server/Cargo.toml");
        let artifact = serde_json::json!({
            "reason": "compiler-artifact",
            "manifest_path": manifest,
            "target": { "name": "scenario-server" },
            "filenames": [file],
            "executable": file,
            "profile": { "test": is_test },
        });
        format!("{artifact}\n")
    }

    #[test]
    fn a_program_is_not_taken_for_its_unit_tests_whichever_cargo_names_first() {
        let (program, tests) = (artifact("server", false), artifact("server-123", true));
        let other = "{\"reason\":\"build-finished\",\"success\":true}\n";
        for printed in [[&program, &tests, other], [&tests, &program, other]] {
            let artifacts = parse(&printed.concat()).unwrap();
            let found = artifacts.program("tests/server", "scenario-server");
            assert_eq!(found.unwrap(), Path::new("server"));
        }
        let artifacts = parse(&tests).unwrap();
        let found = artifacts.program("tests/server", "scenario-server");
        assert_eq!(found.unwrap(), Path::new("server-123"));
        assert!(artifacts.program("tests/page", "scenario-server").is_err());
    }
}
