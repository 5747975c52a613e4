//! One child process with a thread of its own, which starts it, waits for it, and tells when it has ended.
//!
//! The kernel's death signal belongs to the thread that forked: on a pool's thread it would come when the pool shrinks.

use std::io;
use std::process::{Command, ExitStatus};
use std::thread::{self, JoinHandle};

use tokio::sync::{oneshot, watch};

use crate::system;

/// A process that was started, running or not. One that is dropped is ended first: a start that breaks off leaves nothing.
#[derive(Debug)]
pub(super) struct Process {
    pid: u32,
    ended: watch::Receiver<Option<String>>,
    thread: Option<JoinHandle<()>>,
    last_signal: i32,
}

impl Process {
    /// Starts `command`, which makes a process group of its own. Its stdout and stderr are where the command says;
    /// `last_signal` ends it and its group when nobody waits for it any more.
    pub(super) async fn start(mut command: Command, last_signal: i32) -> io::Result<Self> {
        let (report, started) = oneshot::channel();
        let (end, ended) = watch::channel(None);
        let body = move || match command.spawn() {
            Ok(mut child) => {
                if report.send(Ok(child.id())).is_err() {
                    system::signal_group(child.id(), last_signal);
                }
                let how = child.wait();
                let _ = end.send(Some(describe(how)));
            }
            Err(error) => drop(report.send(Err(error))),
        };
        let thread = thread::Builder::new()
            .name("souk-postgres".to_owned())
            .spawn(body)?;
        let pid = started.await.map_err(io::Error::other)??;
        Ok(Self {
            pid,
            ended,
            thread: Some(thread),
            last_signal,
        })
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends a signal, unless the process has ended: its id may be another's by then.
    pub(super) fn signal(&self, signal: i32) {
        if self.has_ended() {
            return;
        }
        if let Err(error) = system::send_signal(self.pid, signal) {
            tracing::debug!(pid = self.pid, %error, "signal not sent");
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.borrow().is_some()
    }

    /// Waits for the end and tells how it was.
    pub(super) async fn ended(&self) -> String {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(how) => how.clone().unwrap_or_default(),
            Err(_) => "its thread ended".to_owned(),
        }
    }
}

impl Drop for Process {
    /// Blocks for the moments that the end takes: after this nothing runs on the cluster's files.
    fn drop(&mut self) {
        if !self.has_ended() {
            system::signal_group(self.pid, self.last_signal);
            // One that was halted would not hear it.
            system::signal_group(self.pid, libc::SIGCONT);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn describe(how: io::Result<ExitStatus>) -> String {
    match how {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    }
}
