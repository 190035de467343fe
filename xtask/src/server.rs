//! The scenario server: built, started, and ended with us.

use crate::process::{self, Group};
use crate::{project, say};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::thread;
use xshell::{Shell, cmd};

/// A running server; dropping it ends it.
#[must_use = "dropping it ends the server"]
pub struct Server {
    pub address: String,
    group: Group,
    /// The server ends when this pipe closes, which the system does even if we are killed.
    _stdin: Option<ChildStdin>,
}

/// Compiles the server and says where it is.
pub fn build(sh: &Shell) -> Result<PathBuf> {
    say::step("building the scenario server");
    process::run(cmd!(sh, "cargo build --package scenario-server"))?;
    project::host_program("scenario-server")
}

/// Compiles the server so that it is never what others wait for, and says where it is.
pub fn build_fast(sh: &Shell) -> Result<PathBuf> {
    process::run(cmd!(
        sh,
        "cargo build --package scenario-server --profile speed"
    ))?;
    let program = project::host_program("scenario-server")?;
    let name = program.file_name().context("a program has a name")?;
    Ok(project::host_programs()?.with_file_name("speed").join(name))
}

impl Server {
    /// Starts the server with the demo page; port 0 lets the system choose.
    pub fn start(program: &Path, port: u16) -> Result<Self> {
        let root = project::root();
        let folders = [("--www", root.join("www")), ("--pkg", root.join("pkg"))];
        Self::serving(program, port, &folders, &[])
    }

    /// Starts the server for tests: with the demo page, and the sites that use the package.
    pub fn for_tests(program: &Path, site: &Path) -> Result<Self> {
        let root = project::root();
        let folders = [
            ("--www", root.join("www")),
            ("--pkg", root.join("pkg")),
            ("--site", site.to_owned()),
        ];
        Self::serving(program, 0, &folders, &[])
    }

    /// Starts the server with these folders, by its options, and with what other options there are.
    pub fn serving(
        program: &Path,
        port: u16,
        folders: &[(&str, PathBuf)],
        options: &[&str],
    ) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .args(["--port", &port.to_string(), "--until-stdin-closes"])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        // The suites need no page, so there may be no package to serve.
        for (option, dir) in folders {
            if dir.is_dir() {
                command.arg(option).arg(dir);
            }
        }
        let mut group = Group::spawn(&mut command)?;
        let stdin = group.child.stdin.take();
        let stdout = group
            .child
            .stdout
            .take()
            .context("the server has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let address = loop {
            match lines.next() {
                Some(Ok(line)) => {
                    if let Some(address) = address_in(&line) {
                        break address.to_string();
                    }
                    eprintln!("{line}");
                }
                Some(Err(error)) => return Err(error).context("cannot read from the server"),
                None => bail!(
                    "the scenario server ended before it listened ({}); its message is above",
                    group.child.wait()?
                ),
            }
        };
        // Read on, or the server would have to wait for us.
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .for_each(|line| eprintln!("{line}"))
        });
        Ok(Self {
            address,
            group,
            _stdin: stdin,
        })
    }

    /// Waits until the server ends, which it should not do by itself.
    pub fn wait<T>(mut self) -> Result<T> {
        let status = self.group.child.wait()?;
        bail!("the scenario server ended by itself ({status})");
    }

    /// Tells the browser tests of the package in this folder where the server is.
    ///
    /// They run in a page that the test runner serves, and it serves the files below the
    /// package's folder as well: so a file can say at run time what would otherwise have to be
    /// compiled in. It is always the package's own `target`, wherever cargo builds.
    pub fn announce(&self, package: &str) -> Result<()> {
        let dir = project::root().join(package).join("target");
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        let path = dir.join("scenario-server.url");
        fs::File::create(&path)
            .and_then(|mut file| file.write_all(self.address.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

/// The address in the line by which the server says that it listens.
fn address_in(line: &str) -> Option<&str> {
    let address = line.trim().strip_prefix("listening on ")?;
    address.starts_with("http://").then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_address_from_the_line_that_says_it() {
        let line = "listening on http://127.0.0.1:40123\n";
        assert_eq!(address_in(line), Some("http://127.0.0.1:40123"));
        assert_eq!(address_in("listening on nothing"), None);
        assert_eq!(address_in("some log line"), None);
    }
}
