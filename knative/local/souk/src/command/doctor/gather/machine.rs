//! Disks, memory, limits.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use super::super::facts::Disk;
use super::nearest;
use crate::data_dir::DataDir;
use crate::repository::Repository;
use crate::system;

/// Every file system that is written to, once.
pub(super) fn disks(data_dir: &DataDir, repository: Option<&Repository>) -> Vec<Disk> {
    let build = repository.map(|repository| ("the checkout", repository.root().to_owned()));
    let places = [
        ("the data directory", data_dir.path().to_owned()),
        ("the temporary folder", std::env::temp_dir()),
    ];
    let mut seen = Vec::new();
    let places = places.into_iter().chain(build);
    places
        .filter_map(|(what, path)| disk(what, path, &mut seen))
        .collect()
}

fn disk(what: &'static str, path: PathBuf, seen: &mut Vec<u64>) -> Option<Disk> {
    let folder = nearest(&path);
    let device = fs::metadata(folder).ok()?.dev();
    let left = system::space_left(folder).ok()?;
    let is_new = !seen.contains(&device);
    seen.push(device);
    is_new.then_some(Disk { what, path, left })
}

/// In bytes.
pub(super) fn memory() -> Option<u64> {
    available(&fs::read_to_string("/proc/meminfo").ok()?)
}

fn available(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// Of the open shop's process, else of this one, which a new shop would inherit.
pub(super) fn open_files(holder: Option<u32>) -> Option<u64> {
    let process = holder.map_or_else(|| "self".to_owned(), |pid| pid.to_string());
    most_open(&fs::read_to_string(format!("/proc/{process}/limits")).ok()?)
}

/// The soft limit.
fn most_open(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_bytes() {
        let text = "MemTotal:       24689764 kB\nMemAvailable:   20 kB\n";
        assert_eq!(available(text), Some(20_480));
        assert_eq!(available("MemTotal: 1 kB"), None);
    }

    #[test]
    fn the_soft_limit_counts() {
        let text = "Limit   Soft Limit   Hard Limit   Units\nMax open files            1024                 524288               files\n";
        assert_eq!(most_open(text), Some(1_024));
        assert_eq!(
            most_open("Max open files unlimited unlimited files"),
            Some(u64::MAX)
        );
        assert_eq!(most_open(""), None);
    }

    #[test]
    fn one_file_system_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let mut seen = Vec::new();
        assert!(disk("a", a, &mut seen).is_some());
        assert!(disk("b", b, &mut seen).is_none());
    }
}
