//! Files that a power cut leaves as they were, or as they are to be.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Writes `bytes` beside `file`, syncs them, takes the file's place, and syncs the folder. `mode` is the file's, as of chmod(1).
pub(crate) fn write(file: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let beside = file.with_extension("new");
    let mut writer = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&beside)?;
    writer.write_all(bytes)?;
    writer.sync_all()?;
    fs::rename(&beside, file)?;
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
