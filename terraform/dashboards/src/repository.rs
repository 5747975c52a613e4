//! Where things are in this repository.

use std::path::{Path, PathBuf};

use crate::Failure;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The chart that brings dashboards and rules into a cluster.
pub(crate) fn chart() -> PathBuf {
    root().join("terraform/cluster/charts/observability")
}

/// The files of a folder with this ending, by name.
///
/// # Errors
///
/// When the folder cannot be read.
pub(crate) fn files_in(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::File(folder.to_owned(), error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A file's text.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::File(file.to_owned(), error))
}
