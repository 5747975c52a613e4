//! Finds PostgreSQL on this machine. It fetches nothing: `souk` does.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Names the folder with `initdb` and `postgres` when it is in an unusual place.
const VARIABLE: &str = "SOUK_POSTGRES_BIN";
/// Where Debian's packages are, one folder per version.
const PACKAGED: &str = "/usr/lib/postgresql";

/// The folder with PostgreSQL's programs: the one that is named, fetched, on the path, or packaged; in this order.
pub(crate) fn find(as_root: bool) -> Result<PathBuf, String> {
    match env::var_os(VARIABLE).map(PathBuf::from) {
        Some(named) if complete(&named) => Ok(named),
        Some(named) => Err(format!(
            "{VARIABLE} names {}, where `initdb` and `postgres` are not",
            named.display()
        )),
        None => unnamed(as_root).ok_or_else(advice),
    }
}

fn unnamed(as_root: bool) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let fetched = caches(as_root).into_iter().find_map(|cache| newest(&cache));
    fetched
        .or_else(|| env::split_paths(&path).find(|folder| complete(folder)))
        .or_else(|| newest(Path::new(PACKAGED)))
}

fn advice() -> String {
    format!(
        "PostgreSQL was not found. Try one of these:\n  \
         cargo souk up                            (fetches it, this once)\n  \
         apt install postgresql                   (or your system's package)\n  \
         {VARIABLE}=<folder with initdb> cargo test"
    )
}

/// Where `souk` keeps what it fetched. Below root's home the user who is to run it could not go.
fn caches(as_root: bool) -> Vec<PathBuf> {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|value: &OsString| !value.is_empty())
            .map(PathBuf::from)
    };
    let home = set("HOME")
        .filter(|_| !as_root)
        .map(|home| home.join(".cache"));
    let shared = [set("XDG_CACHE_HOME"), home, Some("/var/cache".into())];
    let own = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .map(|root| root.join(".souk/engines"));
    shared
        .into_iter()
        .flatten()
        .map(|cache| cache.join("souk"))
        .chain(own)
        .collect()
}

/// The last of the folders here that has a complete `bin`.
fn newest(versions: &Path) -> Option<PathBuf> {
    let entries = versions.read_dir().into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| complete(bin))
        .collect();
    folders.sort();
    folders.pop()
}

fn complete(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_newest_complete_version_is_taken() {
        let versions = tempfile::tempdir().unwrap();
        for (version, programs) in [
            ("15", &["initdb", "postgres"][..]),
            ("17", &["initdb", "postgres"]),
            ("18", &["postgres"]),
        ] {
            let bin = versions.path().join(version).join("bin");
            fs::create_dir_all(&bin).unwrap();
            programs
                .iter()
                .for_each(|program| fs::write(bin.join(program), "").unwrap());
        }
        assert_eq!(
            newest(versions.path()),
            Some(versions.path().join("17/bin"))
        );
        assert_eq!(newest(&versions.path().join("none")), None);
    }

    #[test]
    fn who_has_no_postgresql_is_told_what_to_type() {
        assert!(advice().contains("cargo souk up"));
    }
}
