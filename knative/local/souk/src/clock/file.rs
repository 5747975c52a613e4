//! How far the clock was moved, in a file that every process of the shop has mapped into its memory.
//!
//! Two 64-bit integers in the machine's byte order: nanoseconds, and their complement, so that a reader knows half a write when it sees one.
//! The file is never replaced or cut while the shop runs: the mappings are of this very file.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const BYTES: usize = 16;
const NANOSECONDS: u64 = 1_000_000_000;
/// Certificates, leap years, tables by the month: nothing here was tried further.
const SECONDS_MAX: u64 = 10 * 365 * 86_400;

/// The file, and a lock for who changes it. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct ClockFile {
    path: PathBuf,
    changing: Arc<Mutex<()>>,
}

impl ClockFile {
    pub(super) fn at(path: PathBuf) -> Self {
        Self {
            path,
            changing: Arc::default(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Makes it, with a clock that was not moved, unless it is there.
    pub(super) fn make(&self) -> Result<(), String> {
        if self.exists() {
            return self.seconds().map(drop);
        }
        let mut file = OpenOptions::new();
        // Nobody has it mapped yet.
        let file = file
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.path);
        file.map_err(|error| self.sentence(&error))
            .and_then(|file| self.write(&file, 0))
    }

    /// How far the clock was moved.
    pub(super) fn seconds(&self) -> Result<u64, String> {
        let mut words = [0; BYTES];
        let file = File::open(&self.path).map_err(|error| self.sentence(&error))?;
        let length = file
            .metadata()
            .map_err(|error| self.sentence(&error))?
            .len();
        file.read_exact_at(&mut words, 0)
            .map_err(|error| self.sentence(&error))?;
        match offset(words) {
            Some(nanoseconds) if length == BYTES as u64 => Ok(nanoseconds / NANOSECONDS),
            _ => Err(self.sentence(&"it is no clock of a shop")),
        }
    }

    /// Moves it forward and waits for the disk. A sentence when it cannot be.
    pub(super) fn advance(&self, seconds: u64) -> Result<(), String> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = self.seconds()?.checked_add(seconds);
        let moved = moved.filter(|moved| *moved <= SECONDS_MAX).ok_or_else(|| {
            format!(
                "the clock goes ten years forward at most, all moves together ({SECONDS_MAX} s)"
            )
        })?;
        let mut file = OpenOptions::new();
        let file = file.write(true).open(&self.path);
        file.map_err(|error| self.sentence(&error))
            .and_then(|file| self.write(&file, moved))
    }

    fn write(&self, file: &File, seconds: u64) -> Result<(), String> {
        let offset = seconds * NANOSECONDS;
        let mut words = [0; BYTES];
        words[..8].copy_from_slice(&offset.to_ne_bytes());
        words[8..].copy_from_slice(&(!offset).to_ne_bytes());
        file.write_all_at(&words, 0)
            .and_then(|()| file.sync_all())
            .map_err(|error| self.sentence(&error))
    }

    fn sentence(&self, why: &dyn std::fmt::Display) -> String {
        format!("{} cannot be used: {why}", self.path.display())
    }
}

/// None: the two words do not belong together.
fn offset(words: [u8; BYTES]) -> Option<u64> {
    let (offset, complement) = words.split_at(8);
    let offset = u64::from_ne_bytes(offset.try_into().ok()?);
    let complement = u64::from_ne_bytes(complement.try_into().ok()?);
    (complement == !offset).then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, ClockFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = ClockFile::at(folder.path().join("clock"));
        file.make().unwrap();
        (folder, file)
    }

    #[test]
    fn moves_add_up_and_are_kept() {
        let (_folder, file) = file();
        file.advance(1_800).unwrap();
        file.advance(1).unwrap();
        file.make().unwrap();
        assert_eq!(ClockFile::at(file.path().to_owned()).seconds(), Ok(1_801));
    }

    #[test]
    fn a_move_beyond_ten_years_is_refused_and_changes_nothing() {
        let (_folder, file) = file();
        file.advance(SECONDS_MAX).unwrap();
        for seconds in [1, u64::MAX] {
            assert!(file.advance(seconds).unwrap_err().contains("ten years"));
        }
        assert_eq!(file.seconds(), Ok(SECONDS_MAX));
    }

    #[test]
    fn a_file_that_is_something_else_is_refused_by_its_name() {
        let (_folder, file) = file();
        for content in [&b""[..], &[0; 16], &[7; 40]] {
            std::fs::write(file.path(), content).unwrap();
            assert!(file.seconds().unwrap_err().contains("clock cannot be used"));
        }
    }

    #[test]
    fn who_maps_the_file_keeps_it_when_the_clock_is_moved() {
        use std::os::unix::fs::MetadataExt as _;
        let (_folder, file) = file();
        let inode = || std::fs::metadata(file.path()).unwrap().ino();
        let before = inode();
        file.advance(60).unwrap();
        assert_eq!(inode(), before);
    }
}
