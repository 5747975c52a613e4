//! Writes the groups' positions down, many at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use super::Progress;
use crate::log::Log;

/// How old a position in the file may be. After a kill, what was delivered since is delivered again.
const INTERVAL: Duration = Duration::from_millis(200);

/// Knows all groups.
#[derive(Clone)]
pub(crate) struct Flusher {
    log: Log,
    groups: Arc<[Arc<Progress>]>,
    changed: Arc<Notify>,
}

impl Flusher {
    pub(crate) fn new(log: Log, groups: Vec<Arc<Progress>>, changed: Arc<Notify>) -> Self {
        Self {
            log,
            groups: groups.into(),
            changed,
        }
    }

    /// Flushes while something moves, and sleeps otherwise.
    pub(crate) async fn run(self) {
        loop {
            self.changed.notified().await;
            sleep(INTERVAL).await;
            self.flush().await;
        }
    }

    /// Hands what has moved to the log.
    pub(crate) async fn flush(&self) {
        let moved: Vec<_> = self
            .groups
            .iter()
            .flat_map(|group| group.take_changes())
            .collect();
        if !moved.is_empty() {
            self.log.commit(moved).await;
        }
    }
}
