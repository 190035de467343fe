//! Where things are: the repository, its target folder, the folder of cached tools.

use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};
use xshell::Shell;

/// The repository's root.
///
/// Cargo says at run time where this crate lies; the place where it was compiled may be another
/// clone that shares a target folder.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest = manifest.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    manifest
        .parent()
        .expect("xtask lies inside the repository")
        .to_path_buf()
}

/// The folder of finished host programs: the one in which this program itself lies, whatever
/// `CARGO_TARGET_DIR` or a config file say.
pub fn host_programs() -> Result<PathBuf> {
    let own = env::current_exe().context("cannot find out where xtask itself lies")?;
    Ok(own.parent().context("xtask lies nowhere")?.to_path_buf())
}

/// The folder in which cargo, started in this shell, puts what it compiles.
pub fn target(sh: &Shell) -> Result<PathBuf> {
    Ok(match sh.var_os("CARGO_TARGET_DIR") {
        Some(dir) => sh.current_dir().join(dir),
        None => host_programs()?.with_file_name(""),
    })
}

/// Where cargo puts a host program of the workspace.
pub fn host_program(name: &str) -> Result<PathBuf> {
    let path = host_programs()?.join(name);
    Ok(path.with_extension(env::consts::EXE_EXTENSION))
}

/// The per-user folder that keeps tools of exact versions.
///
/// They do not go where `cargo install` would put them, so that nobody's own tools are
/// overwritten, and other clones of the repository find them here.
pub fn cache() -> Result<PathBuf> {
    let var = |name| {
        env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    let base = if let Some(xdg) = var("XDG_CACHE_HOME").filter(|p| p.is_absolute()) {
        xdg
    } else if cfg!(windows) {
        var("LOCALAPPDATA").context("LOCALAPPDATA is not set, so there is no place for tools")?
    } else {
        let home = var("HOME").context("HOME is not set, so there is no place to keep tools")?;
        if cfg!(target_os = "macos") {
            home.join("Library/Caches")
        } else {
            home.join(".cache")
        }
    };
    Ok(base.join("wasm-eventsource"))
}

/// The version of a package in Cargo.lock, the only place where it is written.
pub fn locked_version(package: &str) -> Result<String> {
    let path = root().join("Cargo.lock");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    match &versions_in(&text, package)[..] {
        [version] => Ok((*version).to_string()),
        [] => bail!("{} does not name the package {package}", path.display()),
        many => bail!(
            "{} names {package} {} times ({}), but a tool has to match one",
            path.display(),
            many.len(),
            many.join(", ")
        ),
    }
}

/// All versions of `package` in the text of a Cargo.lock.
fn versions_in<'t>(lock: &'t str, package: &str) -> Vec<&'t str> {
    let value = |line: &'t str, key: &str| -> Option<&'t str> {
        line.strip_prefix(key)?
            .strip_prefix(" = \"")?
            .strip_suffix('"')
    };
    lock.split("[[package]]")
        .filter(|block| block.lines().any(|l| value(l, "name") == Some(package)))
        .filter_map(|block| block.lines().find_map(|l| value(l, "version")))
        .collect()
}

/// Whether an automatic build runs us: there, what cannot be tested is an error.
pub fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|v| !v.is_empty() && v != "false" && v != "0")
}

/// `path` with each folder of `dirs` before it, as a value for `PATH`.
pub fn prepend(dirs: &[&Path], path: Option<std::ffi::OsString>) -> Result<std::ffi::OsString> {
    let old = path.unwrap_or_default();
    let all = dirs.iter().map(|d| d.to_path_buf());
    env::join_paths(all.chain(env::split_paths(&old)))
        .context("a folder with a separator in its name cannot be on the PATH")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
version = 4

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry"
dependencies = [
 "wasm-bindgen-macro",
]

[[package]]
name = "wasm-bindgen-macro"
version = "0.2.7"

[[package]]
name = "twice"
version = "1.0.0"

[[package]]
name = "twice"
version = "2.0.0"
"#;

    #[test]
    fn finds_the_version_of_exactly_the_package_asked_for() {
        assert_eq!(versions_in(LOCK, "wasm-bindgen"), ["0.2.130"]);
        assert_eq!(versions_in(LOCK, "wasm-bindgen-macro"), ["0.2.7"]);
        assert_eq!(versions_in(LOCK, "wasm"), [""; 0]);
    }

    #[test]
    fn finds_every_version_of_a_package_locked_twice() {
        assert_eq!(versions_in(LOCK, "twice"), ["1.0.0", "2.0.0"]);
    }

    #[test]
    fn puts_new_folders_before_the_old_path() {
        let path = prepend(&[Path::new("/a"), Path::new("/b")], Some("/c".into())).unwrap();
        let dirs: Vec<_> = env::split_paths(&path).collect();
        assert_eq!(dirs, [Path::new("/a"), Path::new("/b"), Path::new("/c")]);
    }
}
