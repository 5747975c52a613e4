//! Which files of a data directory are the shop: all but what a running one makes anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use souk_engines::postgres::{UNFINISHED, leading_folder};

/// Names in the data directory that are no part of the shop.
const MADE_ANEW: [&str; 9] = [
    "addresses.json",
    "containers",
    "engines",
    // Revisions and what they run are the machine's: a restored shop begins with what is built there.
    "executables",
    "services",
    "log",
    "souk.pid",
    "souk.sock",
    "telemetry",
];
/// How the folders of PostgreSQL begin: of the server that leads, of its replica, of one that was set aside.
const POSTGRES: &str = "postgres";
/// What a running PostgreSQL says about itself.
const POSTGRES_RUNS: [&str; 2] = ["postmaster.pid", "postmaster.opts"];

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
}

/// The shop's files and folders, relative to the data directory, each folder before what is in it.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) entries: Vec<(PathBuf, Kind)>,
    /// The folder of the PostgreSQL that leads. A replica is made anew.
    leads: &'static str,
}

impl Tree {
    /// Looks around in a data directory.
    pub(super) fn of(data_dir: &Path) -> io::Result<Self> {
        let mut tree = Self {
            entries: Vec::new(),
            leads: leading_folder(data_dir).map_err(io::Error::other)?,
        };
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
            if !is_shop(&path) || (kind.is_dir() && self.is_another_postgres(&path)) {
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

    fn is_another_postgres(&self, path: &Path) -> bool {
        let name = path.to_str().unwrap_or_default();
        name.starts_with(POSTGRES) && !name.contains('/') && name != self.leads
    }
}

fn is_shop(path: &Path) -> bool {
    let text = path.to_str().unwrap_or_default();
    let runs = text.starts_with(POSTGRES) && POSTGRES_RUNS.iter().any(|name| path.ends_with(name));
    let made_anew = MADE_ANEW.iter().any(|name| Path::new(name) == path);
    !runs && !made_anew && !text.starts_with(UNFINISHED)
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

    #[test]
    fn of_two_servers_the_one_that_leads_is_the_shop() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            "postgres-2/PG_VERSION",
            "postgres-2/postmaster.pid",
            "postgres-set-aside-1/PG_VERSION",
            "postgres.port",
            "postgres/PG_VERSION",
        ];
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let names = || {
            let found = Tree::of(folder.path()).unwrap().entries;
            let files = found.into_iter().filter(|(_, kind)| *kind == Kind::File);
            files.map(|(path, _)| path).collect::<Vec<_>>()
        };
        assert_eq!(
            names(),
            ["postgres/PG_VERSION", "postgres.port"].map(PathBuf::from)
        );
        let promoted = r#"{"primary":"postgres-2","mode":"alone","since":"2026-01-01T00:00:00Z"}"#;
        fs::write(folder.path().join("postgres.json"), promoted).unwrap();
        let shop = ["postgres-2/PG_VERSION", "postgres.json", "postgres.port"];
        assert_eq!(names(), shop.map(PathBuf::from));
    }
}
