//! What a folder was made from, so that it is not made again while that is the same.

use crate::project;
use crate::setup::Tools;
use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use xshell::cmd;

/// The note in a folder about what it was made from.
const NOTE: &str = ".sources";

/// A hash of the contents of files, and of the compiler with its flags.
pub struct Sources(String);

impl Sources {
    /// `paths` are files, and folders with all that is in them, below the repository's root.
    pub fn read<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>, tools: &Tools) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        for path in paths {
            hash_path(&project::root().join(path), &mut hasher)?;
        }
        let compiler = cmd!(tools.sh, "rustc --version --verbose").quiet().read()?;
        let flags = tools.sh.var_os("RUSTFLAGS").unwrap_or_default();
        (compiler, flags, tools.wasm_opt).hash(&mut hasher);
        Ok(Self(format!("{:016x}\n", hasher.finish())))
    }

    /// Whether the folder was made from these.
    pub fn are_in(&self, folder: &Path) -> bool {
        fs::read_to_string(folder.join(NOTE)).is_ok_and(|note| note == self.0)
    }

    /// Notes that the folder was made from these. To be called when it is complete.
    pub fn note_in(&self, folder: &Path) -> Result<()> {
        let note = folder.join(NOTE);
        fs::write(&note, &self.0).with_context(|| format!("cannot write {}", note.display()))
    }
}

fn hash_path(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    let failed = || format!("cannot read {}", path.display());
    path.file_name().hash(hasher);
    if path.is_dir() {
        let entries = fs::read_dir(path).with_context(failed)?;
        let mut entries: Vec<_> = entries.collect::<Result<_, _>>().with_context(failed)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        entries.len().hash(hasher);
        for entry in entries {
            hash_path(&entry.path(), hasher)?;
        }
    } else {
        fs::read(path).with_context(failed)?.hash(hasher);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(folder: &Path) -> u64 {
        let mut hasher = DefaultHasher::new();
        hash_path(folder, &mut hasher).unwrap();
        hasher.finish()
    }

    #[test]
    fn a_changed_a_renamed_and_a_new_file_are_noticed_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("xtask-sources-{}", std::process::id()));
        fs::create_dir_all(folder.join("inner")).unwrap();
        let (one, other) = (folder.join("inner/one"), folder.join("inner/other"));
        fs::write(&one, "text").unwrap();
        let first = hash_of(&folder);
        fs::write(&one, "text").unwrap();
        assert_eq!(hash_of(&folder), first);
        fs::write(&one, "other text").unwrap();
        let changed = hash_of(&folder);
        fs::rename(&one, &other).unwrap();
        let renamed = hash_of(&folder);
        fs::write(&one, "").unwrap();
        let added = hash_of(&folder);
        fs::remove_dir_all(&folder).unwrap();
        let all = [first, changed, renamed, added];
        let different: std::collections::BTreeSet<_> = all.into_iter().collect();
        assert_eq!(different.len(), 4);
    }
}
