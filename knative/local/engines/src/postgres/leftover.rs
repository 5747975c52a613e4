//! Servers that an earlier souk left behind: they are awaited, then ended, before a new one starts on the same files.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{EngineError, Progress, system};

const END_BY_THEMSELVES_WITHIN: Duration = Duration::from_secs(5);
const END_BY_FORCE_WITHIN: Duration = Duration::from_secs(10);
const ASKED_EVERY: Duration = Duration::from_millis(20);

/// Waits until nothing runs on `folder`, and removes the `postmaster.pid` of a server that did not.
///
/// The caller holds the data directory's lock, so a server here has lost its souk.
pub(super) async fn end(folder: &Path, progress: &Progress) -> Result<(), EngineError> {
    let pid_file = folder.join("postmaster.pid");
    if !pid_file.exists() {
        return Ok(());
    }
    let mut running = those_left_after(END_BY_THEMSELVES_WITHIN, folder).await;
    if !running.is_empty() {
        progress.say(format!(
            "PostgreSQL of an earlier souk still runs ({running:?}): stopping it"
        ));
        for pid in &running {
            // A process that has ended in the meantime is what is wanted.
            let _ = system::send_signal(*pid, libc::SIGQUIT);
        }
        running = those_left_after(END_BY_FORCE_WITHIN, folder).await;
    }
    if !running.is_empty() {
        // One that is halted hears nothing else.
        kill(folder).await?;
    }
    // After a restart of the machine the number in it may be somebody else's, which PostgreSQL takes for a server.
    match fs::remove_file(&pid_file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(EngineError::new(
            format!("{}: {error}", pid_file.display()),
            "Remove that file.",
        )),
        _ => Ok(()),
    }
}

/// Kills whatever runs on `folder`, also what is halted, and waits until nothing does: it takes no more writes after this.
pub(super) async fn kill(folder: &Path) -> Result<(), EngineError> {
    for pid in working_in(folder) {
        // One that has ended in the meantime is what is wanted.
        let _ = system::send_signal(pid, libc::SIGKILL);
    }
    match those_left_after(END_BY_FORCE_WITHIN, folder).await.first() {
        None => Ok(()),
        Some(pid) => Err(EngineError::new(
            format!(
                "PostgreSQL (pid {pid}) cannot be killed on {}",
                folder.display()
            ),
            "Its disk may hang. When it has ended, type the same again.",
        )),
    }
}

async fn those_left_after(patience: Duration, folder: &Path) -> Vec<u32> {
    let deadline = Instant::now() + patience;
    loop {
        let running = working_in(folder);
        if running.is_empty() || Instant::now() > deadline {
            return running;
        }
        sleep(ASKED_EVERY).await;
    }
}

/// A server and its workers have the cluster's folder as their working directory.
pub(super) fn working_in(folder: &Path) -> Vec<u32> {
    let Ok(folder) = fs::canonicalize(folder) else {
        return Vec::new();
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let here = processes
        .filter(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder));
    here.filter_map(|process| process.file_name().to_str()?.parse().ok())
        .collect()
}
