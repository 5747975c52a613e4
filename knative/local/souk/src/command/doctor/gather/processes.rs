//! Processes of this machine, by `/proc`. Where there is no such thing, there is nothing to be seen.

use std::fs;
use std::path::{Path, PathBuf};

/// Processes that write to this shop's logs and do not belong to the process that holds it: all that a shop starts does write there.
pub(super) fn left_behind(logs: &Path, holder: Option<u32>) -> Vec<(u32, String)> {
    let Ok(logs) = fs::canonicalize(logs) else {
        return Vec::new();
    };
    let said_there = |pid: &u32| {
        let output = fs::read_link(format!("/proc/{pid}/fd/1"));
        output.is_ok_and(|file| file.starts_with(&logs))
    };
    let belongs = |pid: &u32| holder.is_some_and(|holder| descends(*pid, holder, &parent));
    let found = all().filter(said_there).filter(|pid| !belongs(pid));
    found.map(|pid| (pid, name(pid))).collect()
}

/// The process that has this socket open, by the socket's number.
pub(super) fn with_socket(inode: u64) -> Option<u32> {
    let wanted = PathBuf::from(format!("socket:[{inode}]"));
    all().find(|pid| {
        let open = fs::read_dir(format!("/proc/{pid}/fd"))
            .into_iter()
            .flatten();
        open.flatten()
            .any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == wanted))
    })
}

/// What a process is called.
pub(super) fn name(pid: u32) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    match name.trim() {
        "" => "a program".to_owned(),
        name => name.to_owned(),
    }
}

fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn parent(pid: u32) -> Option<u32> {
    parent_in(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The fourth field. The second is a name in brackets, which may hold anything.
fn parent_in(stat: &str) -> Option<u32> {
    let (_, after) = stat.rsplit_once(')')?;
    after.split_whitespace().nth(1)?.parse().ok()
}

/// Whether a process is another one, or was started by it, or by one that was.
fn descends(pid: u32, from: u32, parent: &dyn Fn(u32) -> Option<u32>) -> bool {
    let mut upwards = std::iter::successors(Some(pid), |pid| parent(*pid));
    // Numbers are given again, so a race could make a ring of them.
    upwards.by_ref().take(100).any(|one| one == from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_stands_behind_a_name_that_may_hold_brackets() {
        assert_eq!(parent_in("7 (a) b) S 3 7 7 0"), Some(3));
        assert_eq!(parent_in(""), None);
    }

    #[test]
    fn who_was_started_by_a_child_descends_and_a_stranger_does_not() {
        let parent = |pid: u32| {
            [(4, 3), (3, 2), (2, 1), (9, 1)]
                .into_iter()
                .find(|one| one.0 == pid)
                .map(|one| one.1)
        };
        assert!(descends(4, 2, &parent) && descends(2, 2, &parent));
        assert!(!descends(9, 2, &parent));
        assert!(!descends(1, 2, &|pid| Some(pid)), "a ring ends");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_writes_to_the_logs_without_a_shop_is_left_behind() {
        let logs = tempfile::tempdir().unwrap();
        let log = fs::File::create(logs.path().join("orders.log")).unwrap();
        let mut child = std::process::Command::new("sleep")
            .arg("600")
            .stdout(log)
            .spawn()
            .unwrap();
        let found = left_behind(logs.path(), None);
        let with_a_shop = left_behind(logs.path(), Some(std::process::id()));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(found, [(child.id(), "sleep".to_owned())]);
        assert!(with_a_shop.is_empty(), "{with_a_shop:?}");
    }
}
