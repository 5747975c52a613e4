//! One partition, as one trigger goes through it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::offsets::Offsets;
use crate::event::Stored;
use crate::log::{GroupStart, Log, Partition};

/// A position, a window, and what was read ahead.
pub(super) struct Lane {
    partition: Arc<Partition>,
    window: usize,
    ahead: VecDeque<Arc<Stored>>,
    pub(super) offsets: Offsets,
}

impl Lane {
    pub(super) fn new(partition: Arc<Partition>, start: &GroupStart, window: usize) -> Self {
        let offset = start.offsets.get(&partition.id).copied();
        Self {
            window,
            ahead: VecDeque::new(),
            offsets: Offsets::starting_at(offset.unwrap_or_default()),
            partition,
        }
    }

    /// Reads on when nothing is left and there is room.
    pub(super) async fn refill(&mut self, log: &Log) -> rusqlite::Result<()> {
        if !self.ahead.is_empty() || self.is_full() {
            return Ok(());
        }
        let end = self.partition.end();
        if self.offsets.next() >= end {
            return Ok(());
        }
        let read = log.read(&self.partition, self.offsets.next()).await?;
        if read.is_empty() {
            // Everything up to the end was deleted.
            self.offsets.pass(end - 1);
        }
        self.ahead = read.into();
        Ok(())
    }

    /// The next event, if the window has room for it.
    pub(super) fn take(&mut self) -> Option<Arc<Stored>> {
        if self.is_full() {
            return None;
        }
        self.ahead.pop_front()
    }

    fn is_full(&self) -> bool {
        self.offsets.in_flight() >= self.window
    }
}
