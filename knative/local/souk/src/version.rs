//! Which souk last opened a data directory. An older souk does not touch a newer one's: it may hold what it does not know.

use std::fs;
use std::path::Path;

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::me;

/// This souk's.
pub(crate) const OWN: &str = env!("CARGO_PKG_VERSION");

/// What the file says; none: a souk that wrote no such file, or nobody yet.
pub(crate) fn read(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Notes that this souk opens the shop, or refuses to when a newer one has.
pub(crate) fn enter(data_dir: &DataDir) -> Outcome {
    let file = data_dir.version();
    if let Some(other) = read(&file)
        && is_newer(&other, OWN)
    {
        let what = format!(
            "souk {other} opened {} last, and this is {OWN}, which is older; nothing was changed",
            data_dir.path().display()
        );
        let remedy = format!(
            "Use souk {other} or newer, or another data directory: {} up --data-dir <dir>",
            me()
        );
        return Err(Failure::new(what, remedy));
    }
    let written = fs::write(&file, format!("{OWN}\n"));
    written.map_err(|error| {
        Failure::new(
            format!("{} cannot be written: {error}", file.display()),
            "Check who owns that folder and whether the disk is full.",
        )
    })
}

/// Whether a version comes after another one: `0.10.0` after `0.9.1`.
pub(crate) fn is_newer(version: &str, than: &str) -> bool {
    numbers(version) > numbers(than)
}

fn numbers(version: &str) -> Vec<u64> {
    version
        .split(['.', '-', '+'])
        .map_while(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(is_newer("0.10.0", "0.9.1"));
        assert!(!is_newer("0.1.0", "0.1.0"));
        assert!(is_newer("1.0.0-rc.1", "0.9.9"));
    }

    #[test]
    fn the_version_is_noted_and_a_newer_souks_directory_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().to_owned()));
        enter(&data_dir).unwrap();
        assert_eq!(read(&data_dir.version()).as_deref(), Some(OWN));
        fs::write(data_dir.version(), "999.0.0\n").unwrap();
        let said = enter(&data_dir).unwrap_err().to_string();
        assert!(
            said.contains("999.0.0") && said.contains("--data-dir"),
            "{said}"
        );
        assert_eq!(read(&data_dir.version()).as_deref(), Some("999.0.0"));
    }
}
