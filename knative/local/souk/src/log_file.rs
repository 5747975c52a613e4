//! Logs of processes: appended to, for their owner only, and not for ever.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// A log that is longer when its process starts is put aside, in place of the one that was put aside before.
const PUT_ASIDE_BYTES: u64 = 16 * 1024 * 1024;

/// Opens a log for one more process.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    if fs::metadata(path).is_ok_and(|log| log.len() > PUT_ASIDE_BYTES) {
        fs::rename(path, path.with_extension("log.1"))?;
    }
    let mut options = OpenOptions::new();
    let opened = options.create(true).append(true).mode(0o600).open(path);
    opened.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_is_put_aside_and_a_short_one_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.log");
        open(&path).unwrap().set_len(PUT_ASIDE_BYTES).unwrap();
        assert_eq!(
            open(&path).unwrap().metadata().unwrap().len(),
            PUT_ASIDE_BYTES
        );
        open(&path).unwrap().set_len(PUT_ASIDE_BYTES + 1).unwrap();
        assert_eq!(open(&path).unwrap().metadata().unwrap().len(), 0);
        assert!(folder.path().join("orders.log.1").is_file());
    }
}
