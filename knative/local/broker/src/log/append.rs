//! Gives events their places and writes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use rusqlite::{Connection, Transaction, params};

use super::command::Append;
use super::record;
use super::topic::{Partition, Topic};
use crate::event::Stored;

/// Knows where the next event goes.
pub(super) struct Appender {
    sequence: i64,
    ends: BTreeMap<i64, u64>,
}

/// Events in the transaction, not yet committed: should it fail, nothing has happened.
pub(super) struct Placed {
    stored: Vec<Stored>,
    sequence: i64,
    ends: BTreeMap<i64, u64>,
}

impl Placed {
    /// The newest event's.
    pub(super) fn sequence(&self) -> i64 {
        self.sequence
    }

    fn place(
        &mut self,
        append: &mut Append,
        accepted_at: DateTime<Utc>,
        ends: &BTreeMap<i64, u64>,
    ) {
        let partition: &Arc<Partition> = append.topic.partition_for(&append.event);
        let known = ends.get(&partition.id).copied().unwrap_or_default();
        let end = self.ends.entry(partition.id).or_insert(known);
        self.sequence += 1;
        self.stored.push(Stored {
            sequence: self.sequence,
            partition_id: partition.id,
            partition: partition.number,
            offset: *end,
            accepted_at,
            event: std::mem::take(&mut append.event),
        });
        *end += 1;
    }
}

impl Appender {
    pub(super) fn new(connection: &Connection, topics: &[Arc<Topic>]) -> rusqlite::Result<Self> {
        let sql = "SELECT coalesce(max(sequence), 0) FROM events";
        let partitions = topics.iter().flat_map(|topic| topic.partitions());
        Ok(Self {
            sequence: connection.query_row(sql, [], |row| row.get(0))?,
            ends: partitions
                .map(|partition| (partition.id, partition.end()))
                .collect(),
        })
    }

    /// Takes the events out of `appends`.
    pub(super) fn append(
        &self,
        transaction: &Transaction<'_>,
        appends: &mut [Append],
    ) -> rusqlite::Result<Placed> {
        let mut placed = Placed {
            stored: Vec::with_capacity(appends.len()),
            sequence: self.sequence,
            ends: BTreeMap::new(),
        };
        let now = Utc::now().trunc_subsecs(3);
        for append in appends {
            placed.place(append, now, &self.ends);
        }
        insert(transaction, &placed)?;
        Ok(placed)
    }

    /// The transaction is on disk.
    pub(super) fn commit(&mut self, placed: Placed) -> Vec<Stored> {
        self.sequence = placed.sequence;
        self.ends.extend(placed.ends);
        placed.stored
    }
}

fn insert(transaction: &Transaction<'_>, placed: &Placed) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO events (sequence, partition_id, offset, accepted_at, head, data)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for stored in &placed.stored {
        insert.execute(params![
            stored.sequence,
            stored.partition_id,
            stored.offset,
            stored.accepted_at.timestamp_millis(),
            record::head(&stored.event)?,
            stored.event.data.as_ref(),
        ])?;
    }
    let mut advance =
        transaction.prepare_cached("UPDATE partitions SET next_offset = ?2 WHERE id = ?1")?;
    for (partition, end) in &placed.ends {
        advance.execute(params![partition, end])?;
    }
    Ok(())
}
