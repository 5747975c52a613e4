//! Finds PostgreSQL on this machine.

use std::{
    env,
    path::{Path, PathBuf},
};

/// Names the folder with `initdb` and `postgres` when it is in an unusual place.
const VARIABLE: &str = "SOUK_POSTGRES_BIN";
/// Where `souk` keeps what it fetched, below the workspace.
const FETCHED: &str = ".souk/engines";
const PACKAGED: &str = "/usr/lib/postgresql";
const FETCHED_DEPTH: usize = 4;

/// The folder with PostgreSQL's programs: the one that is named, fetched, on the path, or packaged; in this order.
pub(crate) fn find() -> Result<PathBuf, String> {
    if let Some(named) = env::var_os(VARIABLE).map(PathBuf::from) {
        return if complete(&named) {
            Ok(named)
        } else {
            Err(format!(
                "{VARIABLE} names {}, where `initdb` and `postgres` are not",
                named.display()
            ))
        };
    }
    let path = env::var_os("PATH").unwrap_or_default();
    fetched()
        .or_else(|| env::split_paths(&path).find(|folder| complete(folder)))
        .or_else(|| newest(Path::new(PACKAGED)))
        .ok_or_else(|| {
            format!(
                "PostgreSQL was not found. Try one of these:\n  cargo souk up               (fetches it)\n  \
                 apt install postgresql      (or your system's package)\n  {VARIABLE}=<folder> cargo test"
            )
        })
}

fn complete(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

fn fetched() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    search(&workspace.join(FETCHED), FETCHED_DEPTH)
}

fn search(folder: &Path, depth: usize) -> Option<PathBuf> {
    if complete(folder) {
        return Some(folder.to_owned());
    }
    let inner = sorted(folder);
    if depth == 0 {
        None
    } else {
        inner
            .into_iter()
            .find_map(|folder| search(&folder, depth - 1))
    }
}

fn newest(packages: &Path) -> Option<PathBuf> {
    sorted(packages)
        .into_iter()
        .rev()
        .map(|version| version.join("bin"))
        .find(|folder| complete(folder))
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}
