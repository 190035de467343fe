//! Debian's packages, where we may install them; elsewhere, what to type.

use super::Tools;
use crate::{process, say};
use anyhow::{Context, Result, bail};
use std::sync::atomic::{AtomicBool, Ordering};
use xshell::cmd;

/// Installs packages by apt-get as root or with a sudo that asks no password.
pub fn install(tools: &Tools, packages: &[&str], why: &str) -> Result<()> {
    let list = packages.join(" ");
    if tools.find("apt-get").is_none() {
        bail!(
            "there is no apt-get here; please install {why} yourself (Debian's packages are called {list})"
        );
    }
    let Some((as_root, rest)) = privilege(tools) else {
        bail!(
            "please type: sudo apt-get update && sudo apt-get install --no-install-recommends {list}"
        );
    };
    say::step(format!("installing {list} with apt-get: {why}"));
    // A list that cannot be fetched is not the end: the others may have what we need.
    static UPDATED: AtomicBool = AtomicBool::new(false);
    if !UPDATED.swap(true, Ordering::Relaxed) {
        // Package lists may be missing (container images have none) or old.
        let update = cmd!(tools.sh, "{as_root} {rest...} apt-get update");
        if let Err(error) = process::run(update) {
            say::notice(format!(
                "{error:#}; trying with the package lists that are there"
            ));
        }
    }
    // `--no-remove`: never take away what somebody chose to have.
    process::run(cmd!(
        tools.sh,
        "{as_root} {rest...} DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-remove --no-install-recommends {packages...}"
    ))
    .with_context(|| format!("apt-get could not install {list}"))
}

/// The command that runs others as root, in two parts, or nothing if we cannot become root.
fn privilege(tools: &Tools) -> Option<(&'static str, &'static [&'static str])> {
    let id = cmd!(tools.sh, "id -u")
        .quiet()
        .ignore_stderr()
        .read()
        .ok()?;
    if id == "0" {
        return Some(("env", &[]));
    }
    let sudo = cmd!(tools.sh, "sudo -n true")
        .quiet()
        .ignore_stdout()
        .ignore_stderr();
    sudo.run().is_ok().then_some(("sudo", &["-n", "env"]))
}
