//! The wasm32 target from Debian's packages, for networks that rustup cannot cross.
//!
//! Debian has a recent Rust (`rustc-web`, kept up to date for browsers) and its library's
//! sources, but no library compiled for wasm. So that is compiled here, once, into a toolchain
//! folder in the cache: the new library, and links to all else. Nothing is written into `/usr`
//! nor into rustup's folders, so that neither can be broken; putting the folder's `bin` on the
//! PATH is the whole switch.

use super::TARGET;
use super::{Tools, apt, linters};
use crate::{process, project, say};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use xshell::{Shell, cmd};

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const PACKAGES: [&str; 4] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "libstd-rust-web-dev",
];

/// What of Debian's Rust goes into the folder's `bin`, as far as it is installed.
const PROGRAMS: [&str; 6] = [
    "cargo",
    "cargo-clippy",
    "clippy-driver",
    "cargo-fmt",
    "rustfmt",
    "rustdoc",
];

/// Switches to the toolchain folder if an earlier run has made it.
pub fn use_if_ready(tools: &mut Tools) -> Result<bool> {
    let Some(rust) = Rust::installed(&tools.sh) else {
        return Ok(false);
    };
    let dir = rust.folder()?;
    if !dir.is_dir() {
        return Ok(false);
    }
    rust.link_linker(tools, &dir)?;
    switch(tools, &dir)?;
    Ok(true)
}

/// Makes the toolchain folder and switches to it.
pub fn build(tools: &mut Tools) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("rustup is the only way on this system; see https://rustup.rs");
    }
    let why = "Rust with its library sources, to compile the library for wasm";
    let complete = Rust::installed(&tools.sh).is_some_and(|rust| rust.has_sources());
    if !complete {
        apt::install(tools, &PACKAGES, why)?;
    }
    let rust = Rust::installed(&tools.sh)
        .with_context(|| format!("{RUSTC} does not run after installing {why}"))?;
    if !rust.has_sources() {
        bail!(
            "{RUSTC} has no library sources in {}",
            rust.sysroot.display()
        );
    }
    let mut wanted = vec![("/usr/bin/clippy-driver", "rust-web-clippy")];
    if !linters::answers(&tools.sh, "fmt") {
        wanted.push(("/usr/bin/rustfmt", "rustfmt-web"));
    }
    for (_, package) in wanted
        .iter()
        .filter(|(program, _)| !Path::new(program).exists())
    {
        // Useful, but not needed for anything else: go on without.
        if let Err(error) = apt::install(tools, &[package], "to check the code") {
            say::notice(format!("{error:#}"));
        }
    }
    let dir = rust.folder()?;
    // Made under another name, so that an interrupted run leaves nothing that looks complete.
    let partial = dir.with_file_name(format!("debian-rust-{}.partial", rust.version));
    let _ = fs::remove_dir_all(&partial);
    rust.link_all(&partial)?;
    rust.compile_std(&tools.sh, &partial)?;
    fs::rename(&partial, &dir).with_context(|| format!("cannot finish {}", dir.display()))?;
    rust.link_linker(tools, &dir)?;
    switch(tools, &dir)
}

/// Makes every later command of this shell use the toolchain folder.
fn switch(tools: &mut Tools, dir: &Path) -> Result<()> {
    let bin = dir.join("bin");
    tools.add_to_path(&bin)?;
    let set = |name, value: &Path| tools.sh.set_var(name, value);
    // Cargo's plugins ask this variable for the cargo to call back.
    set("CARGO", &bin.join("cargo"));
    // clippy does not ask rustc where the library is.
    set("SYSROOT", dir);
    // Whoever started us may have pointed this to the libraries of another Rust.
    tools.sh.set_var("LD_LIBRARY_PATH", "");
    // Artifacts refer to the very library they were compiled against. Named after the folder and
    // the time it was made, they cannot meet another one (error E0463).
    let made = dir.metadata().and_then(|m| m.modified());
    let made = made.map(|time| time.duration_since(std::time::UNIX_EPOCH));
    let made = made.map_or(0, |since| since.map_or(0, |d| d.as_secs()));
    let target = project::host_programs()?;
    let target = target.parent().unwrap_or(&target);
    set("CARGO_TARGET_DIR", &target.join(format!("debian-{made:x}")));
    tools.clippy = bin.join("clippy-driver").exists();
    Ok(())
}

/// Debian's Rust.
struct Rust {
    version: String,
    host: String,
    llvm: String,
    sysroot: PathBuf,
}

impl Rust {
    fn installed(sh: &Shell) -> Option<Self> {
        let told = cmd!(sh, "{RUSTC} -vV").env("LD_LIBRARY_PATH", "");
        let told = told.quiet().ignore_stderr().read().ok()?;
        let sysroot = cmd!(sh, "{RUSTC} --print sysroot").env("LD_LIBRARY_PATH", "");
        Some(Self {
            version: field(&told, "release")?.to_string(),
            host: field(&told, "host")?.to_string(),
            llvm: field(&told, "LLVM version")?.to_string(),
            sysroot: sysroot.quiet().ignore_stderr().read().ok()?.into(),
        })
    }

    fn has_sources(&self) -> bool {
        Path::new(CARGO).exists()
            && self
                .sysroot
                .join("lib/rustlib/src/rust/library/Cargo.lock")
                .exists()
    }

    fn folder(&self) -> Result<PathBuf> {
        Ok(project::cache()?.join(format!("debian-rust-{}", self.version)))
    }

    /// Everything of the toolchain folder but the library for wasm.
    #[cfg(unix)]
    fn link_all(&self, dir: &Path) -> Result<()> {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let bin = dir.join("bin");
        fs::create_dir_all(&bin).with_context(|| format!("cannot create {}", bin.display()))?;
        let rustlib = dir.join("lib/rustlib");
        fs::create_dir_all(&rustlib)?;
        symlink(
            self.sysroot.join("lib/rustlib").join(&self.host),
            rustlib.join(&self.host),
        )?;
        for program in PROGRAMS {
            let there = Path::new("/usr/bin").join(program);
            if there.exists() {
                symlink(there, bin.join(program))?;
            }
        }
        // rustc finds its library beside itself, so it has to be told about ours.
        let rustc = bin.join("rustc");
        fs::write(
            &rustc,
            format!(
                "#!/bin/sh\n\
                 here=$(dirname \"$0\")\n\
                 exec {RUSTC} --sysroot \"$(cd \"$here/..\" && pwd)\" \"$@\"\n"
            ),
        )?;
        fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755))?;
        Ok(())
    }

    /// The linker under the name by which rustc calls it; again if what it led to has gone.
    #[cfg(unix)]
    fn link_linker(&self, tools: &Tools, dir: &Path) -> Result<()> {
        let link = dir.join("bin/rust-lld");
        if !link.exists() {
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(self.linker(tools)?, link)?;
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn link_all(&self, _: &Path) -> Result<()> {
        bail!("Debian's Rust {} is of no use on this system", self.host)
    }

    #[cfg(not(unix))]
    fn link_linker(&self, tools: &Tools, _: &Path) -> Result<()> {
        self.linker(tools).map(drop)
    }

    /// The linker for wasm: rustup's toolchain has one; else Debian's, of the same LLVM.
    fn linker(&self, tools: &Tools) -> Result<PathBuf> {
        let active = cmd!(tools.sh, "rustc --print sysroot")
            .quiet()
            .ignore_stderr()
            .read();
        if let Ok(sysroot) = active {
            let host = ["lib", "rustlib", &self.host, "bin", "rust-lld"];
            let lld = host
                .iter()
                .fold(PathBuf::from(sysroot), |path, part| path.join(part));
            if lld.is_file() {
                return Ok(lld);
            }
        }
        let major = self.llvm.split('.').next().unwrap_or_default();
        let name = format!("wasm-ld-{major}");
        if tools.find(&name).is_none() {
            apt::install(tools, &[&format!("lld-{major}")], "the linker for wasm")?;
        }
        tools
            .find(&name)
            .with_context(|| format!("the linker {name} is missing"))
    }

    /// Compiles the library in a crate that has nothing else in it.
    fn compile_std(&self, sh: &Shell, dir: &Path) -> Result<()> {
        say::step(format!(
            "compiling Rust's standard library for wasm with Debian's Rust {} \
             (about a minute, once; kept in {})",
            self.version,
            project::cache()?.display()
        ));
        let package = dir.join("build");
        fs::create_dir_all(package.join("src"))?;
        fs::write(package.join("src/lib.rs"), "#![no_std]\n")?;
        fs::write(
            package.join("Cargo.toml"),
            "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n",
        )?;
        let _in_package = sh.push_dir(&package);
        let target = package.join("target");
        // With bitcode inside, or link-time optimisation could not use it.
        let build = cmd!(
            sh,
            "{CARGO} build --release -Zbuild-std=std,panic_abort,test --target {TARGET} --target-dir {target}"
        )
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("LD_LIBRARY_PATH", "");
        process::run(build).context("cannot compile the standard library for wasm")?;

        let library = dir.join("lib/rustlib").join(TARGET).join("lib");
        fs::create_dir_all(&library)?;
        let mut copied = 0;
        for entry in target.join(TARGET).join("release/deps").read_dir()? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".rlib") && !name.starts_with("libempty-") {
                fs::copy(&path, library.join(&*name))?;
                copied += 1;
            }
        }
        if copied == 0 {
            bail!("cargo compiled no library into {}", target.display());
        }
        fs::remove_dir_all(package)?;
        Ok(())
    }
}

/// The value of a line `name: value` in what `rustc -vV` prints.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_fields_that_rustc_prints() {
        let told = "rustc 1.96.0\nhost: x86_64-unknown-linux-gnu\nLLVM version: 22.1.2\n";
        assert_eq!(field(told, "host"), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(field(told, "LLVM version"), Some("22.1.2"));
        assert_eq!(field(told, "release"), None);
    }
}
