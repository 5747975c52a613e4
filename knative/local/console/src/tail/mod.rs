//! Reads along in the log files of functions, stand-ins and the runtime.
//!
//! What a crash leaves behind must not be lost: a process writes to its file, not to us, and how far a file was read is kept in the same
//! commit as its lines. So each line is kept once, whoever is killed.

mod line;

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::record::{LogRecord, ReadMark};
use crate::store::Store;
use crate::telemetry::Now;

/// Files are looked at that often.
const LOOKED_EVERY: Duration = Duration::from_millis(250);
/// The folder is listed every so many looks: new files come seldom.
const LISTED_EVERY: u32 = 8;
/// Of a file that was never read, only so many of the last bytes are.
const NEW_MOST: u64 = 1 << 20;
/// How much is read at once.
const CHUNK: u64 = 256 << 10;
/// A longer line is taken in parts.
const LINE_MOST: usize = 64 << 10;

/// Reads along on a thread of its own until this process ends.
pub(crate) fn start(folder: PathBuf, marks: Vec<ReadMark>, store: Store, now: Now) {
    let mut tail = Tail::new(folder, marks, store, now);
    let started = thread::Builder::new()
        .name("souk-logs".to_owned())
        .spawn(move || {
            loop {
                tail.look();
                thread::sleep(LOOKED_EVERY);
            }
        });
    if let Err(error) = started {
        tracing::warn!(%error, "logs are not read for the console");
    }
}

/// All files of the folder.
struct Tail {
    folder: PathBuf,
    marks: HashMap<String, ReadMark>,
    files: Vec<(String, PathBuf)>,
    looks: u32,
    store: Store,
    now: Now,
}

impl Tail {
    fn new(folder: PathBuf, marks: Vec<ReadMark>, store: Store, now: Now) -> Self {
        let marks = marks.into_iter().map(|mark| (mark.log.clone(), mark));
        Self {
            folder,
            marks: marks.collect(),
            files: Vec::new(),
            looks: 0,
            store,
            now,
        }
    }

    fn look(&mut self) {
        if self.looks.is_multiple_of(LISTED_EVERY) {
            self.files = logs(&self.folder);
        }
        self.looks = self.looks.wrapping_add(1);
        for (log, path) in std::mem::take(&mut self.files) {
            // A file that cannot be read now is tried again with the next look.
            let _ = self.read_all(&log, &path);
            self.files.push((log, path));
        }
    }

    /// Reads until nothing is left or there is no room.
    fn read_all(&mut self, log: &str, path: &Path) -> io::Result<()> {
        let file = fs::metadata(path)?;
        let mark = self.mark(log, path, &file);
        if mark.inode == file.ino() && mark.offset == file.len() {
            return Ok(());
        }
        // A log that grew long is put aside when its process starts again; what was not read of it is read first.
        let aside = path.with_extension("log.1");
        if mark.inode != file.ino() && fs::metadata(&aside).is_ok_and(|old| old.ino() == mark.inode)
        {
            while self.read_some(log, &aside)? {}
        }
        let mark = self.mark(log, path, &file);
        if mark.inode != file.ino() || mark.offset > file.len() {
            let new = ReadMark {
                log: log.to_owned(),
                inode: file.ino(),
                offset: 0,
            };
            self.marks.insert(log.to_owned(), new);
        }
        while self.read_some(log, path)? {}
        Ok(())
    }

    /// How far the log was read; of one that is new, its end is worth reading.
    fn mark(&mut self, log: &str, path: &Path, file: &Metadata) -> ReadMark {
        let new = || ReadMark {
            log: log.to_owned(),
            inode: file.ino(),
            offset: beginning(path, file.len()),
        };
        self.marks.entry(log.to_owned()).or_insert_with(new).clone()
    }

    /// Reads some whole lines; false when there are none, or no room for them.
    fn read_some(&mut self, log: &str, path: &Path) -> io::Result<bool> {
        let Some(mark) = self.marks.get_mut(log) else {
            return Ok(false);
        };
        let chunk = chunk(path, mark.offset)?;
        let used = whole_lines(&chunk);
        if used == 0 {
            return Ok(false);
        }
        let text = String::from_utf8_lossy(&chunk[..used]);
        let now = crate::time::micros((self.now)());
        let lines: Vec<LogRecord> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line::record(log, line, now))
            .collect();
        let after = ReadMark {
            offset: mark.offset + used as u64,
            ..mark.clone()
        };
        let taken = self.store.file_lines(lines, after.clone());
        if taken {
            *mark = after;
        }
        Ok(taken)
    }
}

/// Every `<name>.log`, sorted.
fn logs(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut logs: Vec<(String, PathBuf)> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "log"))
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path)))
        .collect();
    logs.sort();
    logs
}

/// The beginning of a line, not too far from the end.
fn beginning(path: &Path, length: u64) -> u64 {
    let Some(from) = length.checked_sub(NEW_MOST) else {
        return 0;
    };
    let chunk = chunk(path, from).unwrap_or_default();
    let end_of_line = chunk.iter().position(|byte| *byte == b'\n');
    from + end_of_line.map_or(0, |at| at as u64 + 1)
}

fn chunk(path: &Path, offset: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut chunk = Vec::new();
    file.take(CHUNK).read_to_end(&mut chunk)?;
    Ok(chunk)
}

/// How many bytes are whole lines. A line that is still being written waits, unless it is too long.
fn whole_lines(chunk: &[u8]) -> usize {
    match chunk.iter().rposition(|byte| *byte == b'\n') {
        Some(last) => last + 1,
        None if chunk.len() >= LINE_MOST => chunk.len(),
        None => 0,
    }
}

#[cfg(test)]
mod tests;
