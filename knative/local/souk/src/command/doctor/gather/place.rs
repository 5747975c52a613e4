//! The data directory, and when it was last written to.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::super::facts::{Clock, Place};
use super::nearest;
use crate::data_dir::DataDir;
use crate::{clock, system, version};

/// What holds secrets, or what people have bought.
const FOR_THE_OWNER_ONLY: [&str; 8] = [
    "broker",
    "console-token",
    "credentials.json",
    "log",
    "secrets",
    "services",
    "stand-ins",
    "telemetry",
];

/// The data directory.
pub(super) fn place(data_dir: &DataDir) -> Place {
    let path = data_dir.path();
    let owner = fs::metadata(path).ok().map(|found| found.uid());
    let user = system::user();
    Place {
        path: path.to_owned(),
        exists: path.is_dir(),
        unwritable: unwritable(path),
        stranger: owner.filter(|owner| *owner != user && user != 0),
        open_to_others: open_to_others(path),
        version: version::read(&data_dir.version()),
        own_version: version::OWN.to_owned(),
        socket: data_dir.socket(),
    }
}

/// Tries it with a file that nobody sees.
fn unwritable(path: &Path) -> Option<String> {
    if path.exists() && !path.is_dir() {
        return Some("it is no folder".to_owned());
    }
    let tried = tempfile::tempfile_in(nearest(path));
    tried.err().map(|error| error.to_string())
}

fn open_to_others(path: &Path) -> Vec<PathBuf> {
    let kept = FOR_THE_OWNER_ONLY.iter().map(|name| path.join(name));
    let is_open = |path: &PathBuf| {
        fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
    };
    kept.filter(is_open).collect()
}

/// What the clocks say.
pub(super) fn clock(data_dir: &DataDir) -> Clock {
    Clock {
        now: Utc::now(),
        latest: latest(data_dir.path()),
        moved: clock::moved_in(data_dir),
    }
}

/// The youngest file in the data directory, its logs and its broker's, or this program itself.
fn latest(path: &Path) -> Option<(PathBuf, DateTime<Utc>)> {
    let folders = [path.to_owned(), path.join("log"), path.join("broker")];
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
    let files = files.flatten().map(|entry| entry.path());
    let files = files.chain(std::env::current_exe().ok());
    let written = files.filter_map(|file| {
        let at = modified(&file)?;
        Some((file, DateTime::<Utc>::from(at)))
    });
    written.max_by_key(|(_, at)| *at)
}

/// When a file was last written.
pub(super) fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_can_read_is_found_and_what_they_cannot_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().to_owned()));
        data_dir.make().unwrap();
        assert!(place(&data_dir).open_to_others.is_empty());
        let file = data_dir.credentials();
        fs::write(&file, "{}").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(place(&data_dir).open_to_others, [file]);
    }

    #[test]
    fn a_data_directory_that_is_a_file_cannot_be_written_to() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(unwritable(file.path()).is_some());
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(unwritable(&folder.path().join("new")), None);
    }

    #[test]
    fn a_file_from_the_future_is_the_latest() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("souk.pid");
        let future = SystemTime::now() + std::time::Duration::from_secs(86_400);
        let made = fs::File::create(&file).unwrap();
        made.set_modified(future).unwrap();
        assert_eq!(latest(folder.path()).unwrap().0, file);
    }
}
