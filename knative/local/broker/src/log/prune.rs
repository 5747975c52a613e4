//! Deletes what nobody needs: passed by all groups, older than a while, and not among the newest.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use rusqlite::{Transaction, params};

use super::command::Position;
use super::schema::GroupStart;
use super::topic::Topic;

/// For `souk events`.
const KEPT_EVENTS: i64 = 10_000;
const KEPT_FOR: TimeDelta = TimeDelta::hours(1);
/// A round of deleting comes after so many events, and deletes at most twice as many: it keeps up and never takes long.
const ROUND: i64 = 1_000;

/// Knows how far the groups are, as the file has it.
pub(super) struct Retention {
    /// Of each partition: where its groups are. A partition without groups keeps nothing for them.
    groups: BTreeMap<i64, BTreeMap<i64, u64>>,
    next_round: i64,
}

/// Takes effect when the transaction has been committed.
pub(super) struct Pruned {
    positions: Vec<Position>,
    next_round: i64,
}

impl Retention {
    pub(super) fn new(topics: &[Arc<Topic>], groups: &[GroupStart]) -> Self {
        let partitions = topics.iter().flat_map(|topic| topic.partitions());
        let mut known: BTreeMap<i64, BTreeMap<i64, u64>> = partitions
            .map(|partition| (partition.id, BTreeMap::new()))
            .collect();
        for group in groups {
            for (partition, offset) in &group.offsets {
                known
                    .entry(*partition)
                    .or_default()
                    .insert(group.id, *offset);
            }
        }
        Self {
            groups: known,
            next_round: 0,
        }
    }

    /// Deletes if it is time to. `newest` is the last sequence number.
    pub(super) fn prune(
        &self,
        transaction: &Transaction<'_>,
        positions: &[Position],
        newest: i64,
    ) -> rusqlite::Result<Pruned> {
        let due = newest >= self.next_round;
        if due {
            for (partition, groups) in &self.groups {
                let passed = groups.values().min().copied();
                delete(transaction, *partition, passed, newest - KEPT_EVENTS)?;
            }
        }
        Ok(Pruned {
            positions: positions.to_vec(),
            next_round: if due { newest + ROUND } else { self.next_round },
        })
    }

    pub(super) fn pruned(&mut self, pruned: Pruned) {
        self.next_round = pruned.next_round;
        for position in pruned.positions {
            let groups = self.groups.entry(position.partition_id).or_default();
            groups.insert(position.group_id, position.offset);
        }
    }
}

fn delete(
    transaction: &Transaction<'_>,
    partition: i64,
    passed: Option<u64>,
    newest_to_go: i64,
) -> rusqlite::Result<()> {
    let passed = passed.and_then(|offset| i64::try_from(offset).ok());
    let passed = passed.unwrap_or(i64::MAX);
    let before = (Utc::now() - KEPT_FOR).timestamp_millis();
    // Limited first and looked at afterwards: a round never walks through all that is still needed.
    let mut statement = transaction.prepare_cached(
        "DELETE FROM events WHERE sequence IN (
             SELECT sequence FROM (
                 SELECT sequence, accepted_at FROM events
                 WHERE partition_id = ?1 AND offset < ?2 ORDER BY offset LIMIT ?5)
             WHERE sequence <= ?3 AND accepted_at < ?4)",
    )?;
    let mut delete =
        |limit: i64| statement.execute(params![partition, passed, newest_to_go, before, limit]);
    // Mostly even the oldest one stays, and then so do the others.
    if delete(1)? > 0 {
        delete(2 * ROUND)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use souk_plan::model::ObjectName;

    use super::super::schema::TABLES;
    use super::super::topic::Partition;
    use super::*;

    const EVENTS: i64 = KEPT_EVENTS + 500;

    /// A partition full of old events, and one group that is at `position`.
    fn left_after_pruning(position: u64) -> i64 {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLES).unwrap();
        let fill = "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers LIMIT ?1)
            INSERT INTO events SELECT number, 7, number - 1, 0, x'', x'' FROM numbers";
        connection.execute(fill, [EVENTS]).unwrap();
        let name = ObjectName {
            namespace: "souk".to_owned(),
            name: "default".to_owned(),
        };
        let partition = Arc::new(Partition::new(7, 0, EVENTS.cast_unsigned()));
        let group = GroupStart {
            id: 1,
            trigger: name.clone(),
            offsets: BTreeMap::from([(7, position)]),
        };
        let topics = [Arc::new(Topic::new(name, vec![partition]))];
        let retention = Retention::new(&topics, &[group]);
        let transaction = connection.transaction().unwrap();
        retention.prune(&transaction, &[], EVENTS).unwrap();
        transaction.commit().unwrap();
        connection
            .query_row("SELECT count(*) FROM events", [], |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn the_newest_stay_and_what_a_group_still_needs() {
        for (position, left) in [
            (u64::MAX >> 1, KEPT_EVENTS),
            (200, EVENTS - 200),
            (0, EVENTS),
        ] {
            assert_eq!(left_after_pruning(position), left, "{position}");
        }
    }
}
