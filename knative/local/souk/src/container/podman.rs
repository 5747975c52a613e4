//! Asking podman.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::guard::{Filter, Sweeper};
use crate::failure::{Failure, Outcome};
use crate::terminal::me;

/// Handing it an image takes longest, a second where the disk is slow.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// The program.
#[derive(Clone)]
pub(super) struct Podman(());

impl Podman {
    /// Sees whether it is there.
    pub(super) async fn find() -> Outcome<Self> {
        if !cfg!(target_os = "linux") {
            return Err(Failure::new("images can be run on Linux only", without()));
        }
        let podman = Self(());
        podman.ask(["--version"]).await?;
        Ok(podman)
    }

    /// To be told what to do. It finds its own configuration by this process's environment.
    pub(super) fn command(&self) -> Command {
        Command::new("podman")
    }

    /// What it answers, or what it says is wrong.
    pub(super) async fn ask<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Outcome<String> {
        let mut command = self.command();
        command
            .args(arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let asked = format!("{:?}", command.as_std());
        let answer = timeout(ANSWERS_WITHIN, command.output()).await;
        let answer = answer.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
        let output = answer.map_err(|error| match error.kind() {
            ErrorKind::NotFound => Failure::new(
                "podman is not installed, and images are run by it",
                format!(
                    "Install it (Debian: apt install podman runc), or {}",
                    without()
                ),
            ),
            ErrorKind::TimedOut => Failure::new(
                format!(
                    "podman does not answer within {} s",
                    ANSWERS_WITHIN.as_secs()
                ),
                format!("Try it yourself: {asked}\n  Or {}", without()),
            ),
            _ => Failure::new(format!("podman cannot be started: {error}"), without()),
        })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(
            format!("podman does not work here: {}", said.trim()),
            format!("Try it yourself: {asked}\n  Or {}", without()),
        ))
    }

    /// Ends and removes containers.
    pub(super) async fn remove(&self, filter: &Filter) -> Outcome {
        self.ask(filter.removal()).await.map(drop)
    }

    /// Removes this run's containers when this process has ended.
    pub(super) fn sweeper(&self, run: &str) -> Outcome<Sweeper> {
        Sweeper::start(run)
            .map_err(|error| Failure::new(format!("sh cannot be started: {error}"), ""))
    }
}

fn without() -> String {
    format!("run the executables: {} up without --images", me())
}
