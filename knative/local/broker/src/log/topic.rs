//! One broker's part of the log.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use souk_plan::model::ObjectName;
use tokio::sync::watch;

use super::partitioner;
use super::tail::Tail;
use crate::event::{Event, Stored};

/// The partitions of one broker.
#[derive(Debug)]
pub(crate) struct Topic {
    name: ObjectName,
    partitions: Vec<Arc<Partition>>,
    next_without_key: AtomicUsize,
    appended: watch::Sender<i64>,
}

impl Topic {
    pub(super) fn new(name: ObjectName, partitions: Vec<Arc<Partition>>) -> Self {
        Self {
            name,
            partitions,
            next_without_key: AtomicUsize::new(0),
            appended: watch::Sender::new(0),
        }
    }

    pub(crate) fn name(&self) -> &ObjectName {
        &self.name
    }

    pub(crate) fn partitions(&self) -> &[Arc<Partition>] {
        &self.partitions
    }

    /// Changes with every append.
    pub(crate) fn appended(&self) -> watch::Receiver<i64> {
        self.appended.subscribe()
    }

    pub(super) fn announce(&self, sequence: i64) {
        self.appended.send_replace(sequence);
    }

    /// By the key if there is one, else in turn.
    pub(super) fn partition_for(&self, event: &Event) -> &Arc<Partition> {
        let number = match event.attribute("partitionkey") {
            Some(key) => partitioner::partition(key, self.partitions.len()),
            None => self.next_without_key.fetch_add(1, Ordering::Relaxed) % self.partitions.len(),
        };
        &self.partitions[number]
    }
}

/// One partition. Only the writer appends to it.
#[derive(Debug)]
pub(crate) struct Partition {
    pub(crate) id: i64,
    pub(crate) number: u32,
    tail: Mutex<Tail>,
}

impl Partition {
    pub(super) fn new(id: i64, number: u32, end: u64) -> Self {
        Self {
            id,
            number,
            tail: Mutex::new(Tail::ending_at(end)),
        }
    }

    /// The offset of the event to come.
    pub(crate) fn end(&self) -> u64 {
        self.tail().end()
    }

    pub(super) fn push(&self, event: Arc<Stored>) {
        self.tail().push(event);
    }

    pub(super) fn recent(&self, offset: u64) -> Option<Vec<Arc<Stored>>> {
        self.tail().from(offset)
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
