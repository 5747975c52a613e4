//! Writes the groups' positions down, many at once.

use std::sync::{Arc, PoisonError, RwLock};
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
    groups: Arc<RwLock<Vec<Arc<Progress>>>>,
    changed: Arc<Notify>,
}

impl Flusher {
    pub(crate) fn new(log: Log, changed: Arc<Notify>) -> Self {
        Self {
            log,
            groups: Arc::default(),
            changed,
        }
    }

    /// These are the groups from now on.
    pub(crate) fn know(&self, groups: Vec<Arc<Progress>>) {
        *self.groups.write().unwrap_or_else(PoisonError::into_inner) = groups;
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
        let moved: Vec<_> = {
            let groups = self.groups.read().unwrap_or_else(PoisonError::into_inner);
            groups
                .iter()
                .flat_map(|group| group.take_changes())
                .collect()
        };
        if !moved.is_empty() {
            self.log.commit(moved).await;
        }
    }
}
