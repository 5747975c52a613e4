//! Starts processes that die with souk.
//!
//! The kernel's death signal belongs to the thread that forked, so one thread starts them all and lives as long as souk.

use std::io;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::clock::Preload;
use crate::left_behind::Guard;
use crate::system;

type Request = (Command, oneshot::Sender<io::Result<Child>>);

/// Starts processes. Clones share the thread.
#[derive(Clone)]
pub(crate) struct Launcher {
    thread: mpsc::Sender<Request>,
    preload: Option<Preload>,
    guard: Option<Guard>,
}

impl Launcher {
    /// Starts the thread; it ends when the last clone is dropped.
    pub(crate) fn start() -> io::Result<Self> {
        let (sender, requests) = mpsc::channel::<Request>();
        let runtime = Handle::current();
        let body = move || {
            let _entered = runtime.enter();
            for (mut command, reply) in requests {
                // A caller that has gone away takes the child with it (`kill_on_drop`).
                let _ = reply.send(command.spawn());
            }
        };
        thread::Builder::new()
            .name("souk-launcher".to_owned())
            .spawn(body)?;
        Ok(Self {
            thread: sender,
            preload: None,
            guard: None,
        })
    }

    /// The same; what it starts sees the time of day by this library.
    pub(crate) fn preloading(mut self, preload: Option<Preload>) -> Self {
        self.preload = preload;
        self
    }

    /// The same; what it starts, and what that starts, ends with this process, however it ends.
    pub(crate) fn guarded(mut self) -> io::Result<Self> {
        self.guard = Some(Guard::start()?);
        Ok(self)
    }

    /// Starts `command` in a process group of its own, without stdin.
    pub(crate) async fn launch(&self, mut command: Command) -> io::Result<Child> {
        // Ctrl-C reaches souk alone, which then stops everything in order.
        command
            .stdin(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(preload) = &self.preload {
            command.envs(preload.variables());
        }
        command.envs(self.guard.as_ref().map(Guard::variable));
        souk_engines::give_way(command.as_std_mut());
        system::die_with_parent(command.as_std_mut());
        let (reply, started) = oneshot::channel();
        self.thread
            .send((command, reply))
            .map_err(io::Error::other)?;
        started.await.map_err(io::Error::other)?
    }
}

/// What a process starts and leaves behind ends when this is dropped, as it does at the end of a container.
///
/// To be dropped as soon as the process has ended: its id may be another's later.
pub(crate) struct LeftBehind(Option<u32>);

impl LeftBehind {
    /// By a process that was launched here.
    pub(crate) fn by(child: &Child) -> Self {
        Self(child.id())
    }
}

impl Drop for LeftBehind {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            system::kill_group(leader);
        }
    }
}

/// SIGTERM, and SIGKILL when the process is still there after `patience`.
pub(crate) async fn terminate(child: &mut Child, patience: Duration) {
    if let Some(pid) = child.id() {
        let _ = system::send_signal(pid, libc::SIGTERM);
    }
    if timeout(patience, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_that_ignores_sigterm_is_killed() {
        let launcher = Launcher::start().unwrap();
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"])
            .stdout(Stdio::piped());
        let mut child = launcher.launch(command).await.unwrap();
        let mut ready = [0; 6];
        let stdout = child.stdout.as_mut().unwrap();
        tokio::io::AsyncReadExt::read_exact(stdout, &mut ready)
            .await
            .unwrap();
        terminate(&mut child, Duration::from_millis(50)).await;
        assert!(child.try_wait().unwrap().is_some());
    }

    #[tokio::test]
    async fn a_program_that_is_missing_is_an_error() {
        let launcher = Launcher::start().unwrap();
        let error = launcher
            .launch(Command::new("/nonexistent/program"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
