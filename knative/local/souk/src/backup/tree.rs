//! Which files of a data directory are the shop: all but what a running one makes anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Names in the data directory that are no part of the shop.
const MADE_ANEW: [&str; 8] = [
    "addresses.json",
    "containers",
    "engines",
    // Revisions and what they run are the machine's: a restored shop begins with what is built there.
    "executables",
    "services",
    "log",
    "souk.pid",
    "souk.sock",
];
/// What a running PostgreSQL says about itself.
const POSTGRES_RUNS: [&str; 2] = ["postgres/postmaster.pid", "postgres/postmaster.opts"];
/// Work of this crate that was interrupted.
pub(crate) const UNFINISHED: &str = ".unfinished-";

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
}

/// The shop's files and folders, relative to the data directory, each folder before what is in it.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) entries: Vec<(PathBuf, Kind)>,
}

impl Tree {
    /// Looks around in a data directory.
    pub(super) fn of(data_dir: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        tree.walk(data_dir, Path::new(""))?;
        Ok(tree)
    }

    fn walk(&mut self, data_dir: &Path, folder: &Path) -> io::Result<()> {
        let mut names = Vec::new();
        for entry in fs::read_dir(data_dir.join(folder))? {
            let entry = entry?;
            names.push((entry.file_name(), entry.file_type()?));
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, kind) in names {
            let path = folder.join(name);
            if !is_shop(&path) {
                continue;
            }
            if kind.is_dir() {
                self.entries.push((path.clone(), Kind::Folder));
                self.walk(data_dir, &path)?;
            } else if kind.is_file() {
                self.entries.push((path, Kind::File));
            }
        }
        Ok(())
    }
}

fn is_shop(path: &Path) -> bool {
    let made_anew = MADE_ANEW.iter().chain(&POSTGRES_RUNS);
    let unfinished = path
        .to_str()
        .is_some_and(|path| path.starts_with(UNFINISHED));
    !unfinished && !made_anew.into_iter().any(|name| Path::new(name) == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_is_everything_but_what_a_running_one_makes_anew() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            "addresses.json",
            "broker/1.log",
            "dynamodb.db",
            "engines/18/bin/postgres",
            "executables/1/orders",
            "log/orders.log",
            "postgres/PG_VERSION",
            "postgres/postmaster.pid",
            "secrets/souk/erp.json",
            "souk.pid",
            ".unfinished-1/x",
        ];
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = Tree::of(folder.path()).unwrap().entries;
        let files = found.iter().filter(|(_, kind)| *kind == Kind::File);
        let files: Vec<_> = files.map(|(path, _)| path.to_str().unwrap()).collect();
        let shop = [
            "broker/1.log",
            "dynamodb.db",
            "postgres/PG_VERSION",
            "secrets/souk/erp.json",
        ];
        assert_eq!(files, shop);
    }
}
