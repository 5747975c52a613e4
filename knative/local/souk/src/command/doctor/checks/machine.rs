//! The machine: clock, disks, memory, how many files may be open.

use chrono::TimeDelta;

use super::super::facts::{Disk, Facts};
use super::super::finding::Finding;
use crate::clock::span;

const MIB: u64 = 1024 * 1024;
/// PostgreSQL and its programs take about 150 MB, and each commit wants some.
const DISK_FAILS_BELOW: u64 = 300 * MIB;
const DISK_WARNS_BELOW: u64 = 2048 * MIB;
const FILES_FAIL_BELOW: u64 = 1_000;
const FILES_WARN_BELOW: u64 = 20_000;
/// The runtime and PostgreSQL; each function that is awake adds about 15 MB.
const MEMORY_FAILS_BELOW: u64 = 150 * MIB;
const MEMORY_WARNS_BELOW: u64 = 512 * MIB;
/// The runtime has two for each request under way.
const OPEN_FILES_FAIL_BELOW: u64 = 256;
const OPEN_FILES_WARN_BELOW: u64 = 1_024;
/// Clocks of machines that share a disk differ by that much.
const CLOCKS_DIFFER_BY: TimeDelta = TimeDelta::minutes(5);

/// Tokens, reservations and TLS go by it.
pub(super) fn clock(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "clock";
    let clock = &facts.clock;
    let late = clock
        .latest
        .iter()
        .find(|(_, written)| *written > clock.now + CLOCKS_DIFFER_BY);
    if let Some((file, written)) = late {
        let what = format!(
            "this machine's clock is wrong: it says {}, and {} was written at {}",
            clock.now.format("%F %T UTC"),
            file.display(),
            written.format("%F %T UTC"),
        );
        let remedy = "Set it: sudo timedatectl set-ntp true (or date -s)";
        return vec![Finding::fail(CHECK, what, remedy)];
    }
    let finding = match &clock.moved {
        Err(why) => Finding::fail(
            CHECK,
            format!("the shop's clock cannot be read: {why}"),
            "Take that file from a backup; without it the shop is at this machine's time again.",
        ),
        Ok(0) => Finding::ok(CHECK, clock.now.format("%F %T UTC").to_string()),
        Ok(moved) => Finding::warn(
            CHECK,
            format!(
                "the shop's clock was moved: it is {} ahead of this machine's",
                span(*moved)
            ),
            format!(
                "It does not go back. For a shop of today: {} --data-dir <new dir> up",
                facts.me
            ),
        ),
    };
    vec![finding]
}

/// One finding for each file system.
pub(super) fn disk(facts: &Facts) -> Vec<Finding> {
    facts.disks.iter().map(one_disk).collect()
}

fn one_disk(disk: &Disk) -> Finding {
    const CHECK: &str = "disk";
    let left = disk.left;
    let place = format!("{} ({})", disk.what, disk.path.display());
    let few_files = |limit: u64| left.files.is_some_and(|files| files < limit);
    let remedy = format!(
        "Make room there, or elsewhere: --data-dir <dir>, TMPDIR=<dir>. What takes it: du -xh {} | sort -h | tail",
        disk.path.display()
    );
    let what = match left.files {
        Some(files) if files < FILES_WARN_BELOW => {
            format!("{place} can hold only {files} more files")
        }
        _ => format!("{place} has {} left", size(left.bytes)),
    };
    if left.bytes < DISK_FAILS_BELOW || few_files(FILES_FAIL_BELOW) {
        Finding::fail(CHECK, what, remedy)
    } else if left.bytes < DISK_WARNS_BELOW || few_files(FILES_WARN_BELOW) {
        Finding::warn(CHECK, what, remedy)
    } else {
        Finding::ok(CHECK, what)
    }
}

/// A shop that is swapped out, or killed by the kernel, is none.
pub(super) fn memory(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "memory";
    let Some(bytes) = facts.memory_bytes else {
        return Vec::new();
    };
    let what = format!("{} of memory can still be had", size(bytes));
    let remedy = "End something that is large: ps -eo rss,args --sort=-rss | head";
    let limits = (MEMORY_FAILS_BELOW, MEMORY_WARNS_BELOW);
    vec![graded(CHECK, bytes, limits, what, remedy.to_owned())]
}

/// Sockets are files.
pub(super) fn open_files(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "open-files";
    let Some(most) = facts.open_files else {
        return Vec::new();
    };
    let what = format!("a process may have {most} files open");
    let remedy = format!(
        "Before you open the shop: ulimit -n 4096 && {} up",
        facts.here
    );
    let limits = (OPEN_FILES_FAIL_BELOW, OPEN_FILES_WARN_BELOW);
    vec![graded(CHECK, most, limits, what, remedy)]
}

/// A number that is too small below the first limit, and small below the second.
fn graded(
    check: &'static str,
    number: u64,
    (fails_below, warns_below): (u64, u64),
    what: String,
    remedy: String,
) -> Finding {
    if number < fails_below {
        Finding::fail(check, what, remedy)
    } else if number < warns_below {
        Finding::warn(check, what, remedy)
    } else {
        Finding::ok(check, what)
    }
}

/// `1.5 GB`, `300 MB`: powers of 1024, as `df -h` has them.
fn size(bytes: u64) -> String {
    match bytes / MIB {
        mib @ ..1024 => format!("{mib} MB"),
        mib => format!("{}.{} GB", mib / 1024, mib % 1024 * 10 / 1024),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::finding::Verdict::{Fail, Ok as Well, Warn};
    use super::super::verdict;
    use super::*;

    #[test]
    fn a_clock_behind_what_was_written_is_wrong_and_a_few_minutes_are_not() {
        let behind = |minutes| {
            move |facts: &mut Facts| {
                let (_, written) = facts.clock.latest.as_mut().unwrap();
                *written = facts.clock.now + TimeDelta::minutes(minutes);
            }
        };
        assert_eq!(verdict(clock, behind(6)), Fail);
        assert_eq!(verdict(clock, behind(4)), Well);
        assert_eq!(verdict(clock, |facts| facts.clock.latest = None), Well);
    }

    #[test]
    fn a_clock_that_was_moved_is_told_and_one_that_cannot_be_read_is_a_failure() {
        assert_eq!(verdict(clock, |facts| facts.clock.moved = Ok(1_800)), Warn);
        let garbage = |facts: &mut Facts| facts.clock.moved = Err("no clock".to_owned());
        assert_eq!(verdict(clock, garbage), Fail);
    }

    #[test]
    fn a_disk_is_full_by_bytes_or_by_files() {
        let left = |bytes, files| {
            move |facts: &mut Facts| facts.disks[0].left = crate::system::Space { bytes, files }
        };
        assert_eq!(verdict(disk, left(299 * MIB, None)), Fail);
        assert_eq!(verdict(disk, left(2000 * MIB, None)), Warn);
        assert_eq!(verdict(disk, left(3000 * MIB, None)), Well);
        assert_eq!(verdict(disk, left(3000 * MIB, Some(999))), Fail);
        assert_eq!(verdict(disk, left(3000 * MIB, Some(19_999))), Warn);
    }

    #[test]
    fn memory_that_is_short_is_told_before_it_is_gone() {
        let of = |mib: u64| move |facts: &mut Facts| facts.memory_bytes = Some(mib * MIB);
        assert_eq!(verdict(memory, of(100)), Fail);
        assert_eq!(verdict(memory, of(200)), Warn);
        assert_eq!(verdict(memory, of(600)), Well);
    }

    #[test]
    fn few_open_files_are_few_requests() {
        let of = |most| move |facts: &mut Facts| facts.open_files = Some(most);
        assert_eq!(verdict(open_files, of(64)), Fail);
        assert_eq!(verdict(open_files, of(512)), Warn);
        assert_eq!(verdict(open_files, of(1_024)), Well);
    }

    #[test]
    fn sizes_read_as_people_say_them() {
        assert_eq!(size(300 * MIB), "300 MB");
        assert_eq!(size(1536 * MIB), "1.5 GB");
    }
}
