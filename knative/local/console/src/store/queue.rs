//! What waits to be written, and how much there may be of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use super::Command;

/// Spans, lines and points that may wait.
const ITEMS_MOST: u64 = 20_000;
/// Commands that may wait, whatever they hold.
const COMMANDS_MOST: usize = 4096;

/// How much is kept, and how much was not.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) spans: AtomicU64,
    pub(crate) logs: AtomicU64,
    pub(crate) points: AtomicU64,
    /// Of the file that are in use.
    pub(crate) bytes: AtomicU64,
    /// Spans, lines and points for which there was no room on the way, since the start.
    pub(crate) dropped: AtomicU64,
    waiting: AtomicU64,
}

impl Counts {
    /// As many were not kept.
    pub(crate) fn drop_some(&self, count: u64) {
        self.dropped.fetch_add(count, Ordering::Relaxed);
    }

    /// What waited is being written.
    pub(super) fn taken(&self, count: usize) {
        self.waiting.fetch_sub(count as u64, Ordering::Relaxed);
    }
}

/// The end into which things are put. Clones are the same.
#[derive(Clone)]
pub(super) struct Queue {
    sender: SyncSender<Command>,
    counts: Arc<Counts>,
}

impl Queue {
    pub(super) fn new(counts: Arc<Counts>) -> (Self, Receiver<Command>) {
        let (sender, receiver) = sync_channel(COMMANDS_MOST);
        (Self { sender, counts }, receiver)
    }

    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Puts `count` things in, or drops them and counts that.
    pub(super) fn put(&self, count: usize, command: Command) -> bool {
        let put = self.try_put(command);
        if !put {
            self.counts.drop_some(count as u64);
        }
        put
    }

    /// Puts it in if there is room.
    pub(super) fn try_put(&self, command: Command) -> bool {
        let count = command.len() as u64;
        let waiting = self.counts.waiting.fetch_add(count, Ordering::Relaxed);
        // One command alone may be larger than the bound; it goes in when nothing else waits.
        let has_room = waiting == 0 || waiting + count <= ITEMS_MOST;
        if has_room && self.say(command) {
            return true;
        }
        self.counts.waiting.fetch_sub(count, Ordering::Relaxed);
        false
    }

    /// Puts in what holds nothing.
    pub(super) fn say(&self, command: Command) -> bool {
        !matches!(
            self.sender.try_send(command),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_))
        )
    }
}

impl Command {
    /// How many things it holds.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Spans(spans) => spans.len(),
            Self::Logs(lines, _) => lines.len(),
            Self::Points(points) => points.len(),
            Self::Flush(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{LogRecord, ReadMark};

    fn lines(count: usize) -> Vec<LogRecord> {
        let line = LogRecord {
            time_us: 0,
            service: String::new(),
            level: None,
            message: String::new(),
            trace_id: None,
            span_id: None,
            fields: String::new(),
        };
        vec![line; count]
    }

    #[test]
    fn what_has_no_room_is_dropped_and_counted_and_a_file_is_only_put_off() {
        let (queue, inbox) = Queue::new(Arc::new(Counts::default()));
        let all = usize::try_from(ITEMS_MOST).unwrap();
        assert!(queue.put(all, Command::Logs(lines(all), None)));
        assert!(!queue.put(3, Command::Logs(lines(3), None)));
        let mark = ReadMark {
            log: "orders".to_owned(),
            inode: 1,
            offset: 2,
        };
        assert!(!queue.try_put(Command::Logs(lines(1), Some(mark))));
        assert_eq!(queue.counts().dropped.load(Ordering::Relaxed), 3);
        queue.counts().taken(inbox.recv().unwrap().len());
        assert!(queue.put(3, Command::Logs(lines(3), None)));
    }
}
