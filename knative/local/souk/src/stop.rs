//! When to close the shop: Ctrl-C, SIGTERM, a closed terminal, `souk down`, or the end of the process it was opened for.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

use crate::system::is_alive;
use crate::terminal::progress;

/// Processes that are not our children do not tell when they end.
const LOOKED_AFTER_EVERY: Duration = Duration::from_millis(250);
/// What shells give for a process that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// The wish to close the shop. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Stop(CancellationToken);

impl Stop {
    /// Listens for signals and after `while_pid` from now on.
    pub(crate) fn listen(while_pid: Option<u32>) -> io::Result<Self> {
        let stop = Self(CancellationToken::new());
        for kind in [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ] {
            let (mut signals, stop) = (signal(kind)?, stop.clone());
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    stop.signalled();
                }
            });
        }
        if let Some(pid) = while_pid {
            tokio::spawn(stop.clone().look_after(pid));
        }
        Ok(stop)
    }

    /// Asks for it.
    pub(crate) fn ask(&self) {
        self.0.cancel();
    }

    /// Waits until somebody asked.
    pub(crate) async fn asked(&self) {
        self.0.cancelled().await;
    }

    /// Who asks twice does not want to wait; the kernel ends the children.
    fn signalled(&self) {
        if self.0.is_cancelled() {
            progress("asked again: ending at once; what was accepted is on disk");
            std::process::exit(INTERRUPTED);
        }
        self.ask();
    }

    async fn look_after(self, pid: u32) {
        let mut looks = interval(LOOKED_AFTER_EVERY);
        while is_alive(pid) {
            looks.tick().await;
        }
        self.ask();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_of_the_process_it_was_opened_for_closes_the_shop() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let stop = Stop::listen(Some(child.id())).unwrap();
        assert!(!stop.0.is_cancelled());
        child.kill().unwrap();
        child.wait().unwrap();
        tokio::time::timeout(Duration::from_secs(10), stop.asked())
            .await
            .unwrap();
    }
}
