//! Lets every process of a shop stand still. However this process ends, they go on.

use std::fs;
use std::io::{self, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::system::{in_new_session, send_signal};

/// Reads the ids of processes, and lets them go on at the end of its input: that comes when whoever writes them is done or dead.
const GUARD: &str = r#"pids=; while read -r pid; do pids="$pids $pid"; done; kill -CONT $pids"#;
/// A process stands still within microseconds, unless the disk keeps it.
const STANDS_WITHIN: Duration = Duration::from_secs(5);
const LOOKED_EVERY: Duration = Duration::from_millis(1);

/// As long as it lives, nothing moves.
pub(crate) struct Freeze {
    guard: Child,
    since: Instant,
}

impl Freeze {
    /// Halts a process and all that it and its children have started, and waits until they stand still.
    pub(crate) fn of(leader: u32) -> io::Result<Self> {
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD]).stdin(Stdio::piped());
        // Ctrl-C is for this process; the guard is told by the pipe.
        in_new_session(&mut guard);
        let mut freeze = Self {
            guard: guard.spawn()?,
            since: Instant::now(),
        };
        let mut halted = Vec::new();
        freeze.halt(leader, &mut halted)?;
        // Whoever was halted starts nobody; the others may have, until they were.
        while let Some(next) = family(leader)?
            .into_iter()
            .find(|pid| !halted.contains(pid))
        {
            freeze.halt(next, &mut halted)?;
        }
        until_still(&halted)?;
        Ok(freeze)
    }

    /// Lets them go on; how long they have stood still.
    pub(crate) fn end(self) -> Duration {
        let since = self.since;
        drop(self);
        since.elapsed()
    }

    fn halt(&mut self, pid: u32, halted: &mut Vec<u32>) -> io::Result<()> {
        let Some(pipe) = &mut self.guard.stdin else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        writeln!(pipe, "{pid}")?;
        halted.push(pid);
        match send_signal(pid, libc::SIGSTOP) {
            Err(error) if error.raw_os_error() != Some(libc::ESRCH) => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Freeze {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// State and parent of a process: the first two fields behind its name, which is in brackets and may hold any.
fn look_at(pid: u32) -> Option<(char, u32)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

/// All that descend from a process.
fn family(leader: u32) -> io::Result<Vec<u32>> {
    let entries = fs::read_dir("/proc")?.flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parents: Vec<(u32, u32)> = pids
        .filter_map(|pid| Some((pid, look_at(pid)?.1)))
        .collect();
    let mut family = vec![leader];
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        let children = parents.iter().filter(|(_, of)| *of == parent);
        family.extend(children.map(|(pid, _)| *pid));
        at += 1;
    }
    family.remove(0);
    Ok(family)
}

fn until_still(pids: &[u32]) -> io::Result<()> {
    let moves = |pid: &&u32| {
        look_at(**pid).is_some_and(|(state, _)| !matches!(state, 'T' | 't' | 'Z' | 'X'))
    };
    let deadline = Instant::now() + STANDS_WITHIN;
    while let Some(pid) = pids.iter().find(moves) {
        if Instant::now() > deadline {
            return Err(io::Error::other(format!(
                "process {pid} does not stand still"
            )));
        }
        thread::sleep(LOOKED_EVERY);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell with a child.
    fn shell() -> Child {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 600 & wait"]);
        in_new_session(&mut shell);
        shell.spawn().unwrap()
    }

    fn state(pid: u32) -> char {
        look_at(pid).unwrap().0
    }

    #[test]
    fn a_process_and_its_children_stand_still_until_the_end() {
        let mut shell = shell();
        while family(shell.id()).unwrap().is_empty() {
            thread::yield_now();
        }
        let child = family(shell.id()).unwrap()[0];
        let freeze = Freeze::of(shell.id()).unwrap();
        assert_eq!((state(shell.id()), state(child)), ('T', 'T'));
        freeze.end();
        for pid in [shell.id(), child] {
            while state(pid) == 'T' {
                thread::yield_now();
            }
        }
        crate::system::kill_group(shell.id());
        shell.wait().unwrap();
    }
}
