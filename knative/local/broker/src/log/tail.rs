//! The end of a partition in memory, so that who keeps up never reads the file.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::Stored;

/// Bounds of what one partition keeps in memory.
const EVENTS_MAX: usize = 512;
const BYTES_MAX: usize = 2 << 20;
/// How many are handed out at once.
const READ_MAX: usize = 64;

/// The last events of a partition, without gaps.
#[derive(Debug)]
pub(super) struct Tail {
    events: VecDeque<Arc<Stored>>,
    bytes: usize,
    end: u64,
}

impl Tail {
    pub(super) fn ending_at(end: u64) -> Self {
        Self {
            events: VecDeque::new(),
            bytes: 0,
            end,
        }
    }

    /// The offset of the event to come.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    pub(super) fn push(&mut self, event: Arc<Stored>) {
        self.end = event.offset + 1;
        self.bytes += event.event.data.len();
        self.events.push_back(event);
        while self.events.len() > EVENTS_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.events.pop_front() else {
                return;
            };
            self.bytes -= oldest.event.data.len();
        }
    }

    /// Events from `offset` on, or None when they are not in memory.
    pub(super) fn from(&self, offset: u64) -> Option<Vec<Arc<Stored>>> {
        if offset >= self.end {
            return Some(Vec::new());
        }
        let first = self.events.front()?.offset;
        let skip = usize::try_from(offset.checked_sub(first)?).ok()?;
        Some(
            self.events
                .iter()
                .skip(skip)
                .take(READ_MAX)
                .cloned()
                .collect(),
        )
    }
}
