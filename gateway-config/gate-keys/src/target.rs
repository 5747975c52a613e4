//! The merged file: what Kong reads when it starts.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;

/// A file that is there whole, or not at all.
#[derive(Debug, Clone)]
pub struct Target {
    path: PathBuf,
}

impl Target {
    /// `path` ends in `.json`: by that Kong knows how to read it.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Replaces the file.
    ///
    /// # Errors
    ///
    /// When its folder cannot be written to.
    pub fn write(&self, text: &str) -> io::Result<()> {
        let new = self.path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::new(folder.path().join("kong.json"));
        target.write("first, and longer").unwrap();
        target.write("second").unwrap();
        assert_eq!(
            fs::read_to_string(folder.path().join("kong.json")).unwrap(),
            "second"
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
