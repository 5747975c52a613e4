//! What ends processes that nobody would end: the kernel ends souk's children when souk is killed, but not what those have started.

use std::ffi::OsStr;
use std::io;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Arc;

use uuid::Uuid;

use crate::system;

/// Whoever has it in his environment was started by the run of souk that it names, or by somebody whom that has started.
const RUN: &str = "SOUK_RUN";
/// Waits for the end of its input, then ends all of that run. It has no such variable itself.
const SCRIPT: &str = r#"
read -r _
for process in /proc/[0-9]*; do
    grep -qsaF "SOUK_RUN=$1" "$process/environ" && kill -KILL "${process#/proc/}"
done
"#;

/// An [`outliving`] process, which ends what is left of what was started with [`Guard::variable`]. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    run: String,
    _held_open: Arc<ChildStdin>,
}

impl Guard {
    /// Starts it. Systems without `/proc` have nothing to look at: there it does nothing.
    pub(crate) fn start() -> io::Result<Self> {
        let run = Uuid::new_v4().simple().to_string();
        let input = outliving(SCRIPT, [&run])?;
        Ok(Self {
            run,
            _held_open: Arc::new(input),
        })
    }

    /// What a process has in its environment to be ended.
    pub(crate) fn variable(&self) -> (&'static str, &str) {
        (RUN, &self.run)
    }
}

/// Starts a shell script that outlives this process: it waits for the end of its input, which comes with our end even when that is SIGKILL, or
/// when what is answered here is dropped.
pub(crate) fn outliving<S: AsRef<OsStr>>(
    script: &str,
    arguments: impl IntoIterator<Item = S>,
) -> io::Result<ChildStdin> {
    let mut command = Command::new("sh");
    command
        .args(["-c", script, "sh"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    system::in_new_session(&mut command);
    let input = command.spawn()?.stdin.take();
    Ok(input.ok_or(io::ErrorKind::BrokenPipe)?)
}

#[cfg(test)]
mod tests {
    use std::io::BufRead as _;

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_process_has_started_ends_with_the_guard_and_nothing_else_does() {
        let guard = Guard::start().unwrap();
        let (name, run) = guard.variable();
        // In a session of its own, so that no signal to a group reaches it.
        let mut child = Command::new("sh")
            .args(["-c", "setsid sleep 600 >/dev/null 2>&1 & echo $!"])
            .env(name, run)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = io::BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        child.wait().unwrap();
        let grandchild: u32 = line.trim().parse().unwrap();
        let mut stranger = Command::new("sleep").arg("600").spawn().unwrap();
        let looks_alive = |pid: u32| {
            std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
        };
        assert!(looks_alive(grandchild));
        drop(guard);
        while looks_alive(grandchild) {
            std::thread::yield_now();
        }
        assert!(stranger.try_wait().unwrap().is_none());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }
}
