//! How far a trigger has come, for all who want to know: the flusher, and people.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::log::{GroupStart, Log, Partition, Position, Topic};

/// Written by one consumer, read by others.
pub(crate) struct Progress {
    group_id: i64,
    lanes: Vec<LaneProgress>,
    /// Wakes the flusher.
    changed: Arc<Notify>,
}

struct LaneProgress {
    partition: Arc<Partition>,
    committed: AtomicU64,
    /// What the flusher has sent to the log.
    flushed: AtomicU64,
    in_flight: AtomicUsize,
}

impl Progress {
    pub(crate) fn new(start: &GroupStart, topic: &Topic, changed: Arc<Notify>) -> Self {
        let lane = |partition: &Arc<Partition>| {
            let offset = start.offsets.get(&partition.id).copied();
            LaneProgress {
                partition: Arc::clone(partition),
                committed: AtomicU64::new(offset.unwrap_or_default()),
                flushed: AtomicU64::new(offset.unwrap_or_default()),
                in_flight: AtomicUsize::new(0),
            }
        };
        Self {
            group_id: start.id,
            lanes: topic.partitions().iter().map(lane).collect(),
            changed,
        }
    }

    pub(super) fn set(&self, lane: usize, committed: u64, in_flight: usize) {
        let lane = &self.lanes[lane];
        lane.in_flight.store(in_flight, Ordering::Relaxed);
        if lane.committed.swap(committed, Ordering::Relaxed) != committed {
            self.changed.notify_one();
        }
    }

    /// Events that are not done with, wanted or not.
    pub(crate) fn lag(&self) -> u64 {
        let lag = |lane: &LaneProgress| {
            let committed = lane.committed.load(Ordering::Relaxed);
            lane.partition.end().saturating_sub(committed)
        };
        self.lanes.iter().map(lag).sum()
    }

    pub(crate) fn in_flight(&self) -> usize {
        let in_flight = |lane: &LaneProgress| lane.in_flight.load(Ordering::Relaxed);
        self.lanes.iter().map(in_flight).sum()
    }

    /// Of each partition: its number, how far the group is, and the offset of the event to come.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = (u32, u64, u64)> + '_ {
        self.lanes.iter().map(|lane| {
            let committed = lane.committed.load(Ordering::Relaxed);
            (lane.partition.number, committed, lane.partition.end())
        })
    }

    /// Hands what has moved to the log.
    pub(crate) async fn flush(&self, log: &Log) {
        let moved: Vec<_> = self.take_changes().collect();
        if !moved.is_empty() {
            log.commit(moved).await;
        }
    }

    /// What has moved since the last time.
    pub(super) fn take_changes(&self) -> impl Iterator<Item = Position> + '_ {
        self.lanes.iter().filter_map(|lane| {
            let offset = lane.committed.load(Ordering::Relaxed);
            let moved = lane.flushed.swap(offset, Ordering::Relaxed) != offset;
            moved.then_some(Position {
                group_id: self.group_id,
                partition_id: lane.partition.id,
                offset,
            })
        })
    }
}
