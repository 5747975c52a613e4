//! The file: its tables, and how it is brought in line with the plan.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, Transaction, params};
use souk_plan::model::{BrokerPlan, ObjectName, TriggerPlan};

use super::command::Position;
use super::room;
use super::topic::{Partition, Topic};
use crate::OpenError;

const FILE: &str = "events.db";
const VERSION: i64 = 1;
/// The writer before may still be closing.
const LOCKED_AT_MOST: Duration = Duration::from_secs(5);

pub(super) const TABLES: &str = "
    CREATE TABLE partitions (
        id INTEGER PRIMARY KEY,
        namespace TEXT NOT NULL,
        broker TEXT NOT NULL,
        number INTEGER NOT NULL,
        -- Kept apart from the events, which are deleted some day.
        next_offset INTEGER NOT NULL,
        UNIQUE (namespace, broker, number)
    );
    CREATE TABLE events (
        sequence INTEGER PRIMARY KEY,
        partition_id INTEGER NOT NULL,
        offset INTEGER NOT NULL,
        -- Milliseconds since 1970.
        accepted_at INTEGER NOT NULL,
        -- JSON: [attributes, trace headers].
        head BLOB NOT NULL,
        data BLOB NOT NULL,
        UNIQUE (partition_id, offset)
    );
    -- One for each trigger. The broker is part of its name: a trigger cannot move to another one.
    CREATE TABLE groups (
        id INTEGER PRIMARY KEY,
        namespace TEXT NOT NULL,
        trigger TEXT NOT NULL,
        broker TEXT NOT NULL,
        UNIQUE (namespace, trigger, broker)
    );
    -- Everything before the offset is done with.
    CREATE TABLE positions (
        group_id INTEGER NOT NULL,
        partition_id INTEGER NOT NULL,
        offset INTEGER NOT NULL,
        PRIMARY KEY (group_id, partition_id)
    ) WITHOUT ROWID;
";

/// Where a trigger's group goes on.
#[derive(Debug, Clone)]
pub(crate) struct GroupStart {
    pub(crate) id: i64,
    pub(crate) trigger: ObjectName,
    /// By partition id.
    pub(crate) offsets: BTreeMap<i64, u64>,
}

/// Two brokers on one log would give the same offset twice.
pub(super) fn lock(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join("lock");
    let failed = |error| OpenError::new(format!("{} cannot be locked", path.display()), error);
    fs::create_dir_all(dir).map_err(failed)?;
    let file = File::create(&path).map_err(failed)?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if started.elapsed() < LOCKED_AT_MOST => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => return Err(OpenError::in_use(dir)),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}

pub(super) fn connect(dir: &Path) -> Result<Connection, OpenError> {
    let connection = Connection::open(dir.join(FILE)).map_err(unusable)?;
    prepare(&connection).map_err(unusable)?;
    let version: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(unusable)?;
    match version {
        0 => {
            let sql = format!("BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;");
            connection.execute_batch(&sql).map_err(unusable)?;
            Ok(connection)
        }
        VERSION => {
            // Left by a process that was killed while its disk was full on purpose.
            room::give_back(&connection).map_err(unusable)?;
            Ok(connection)
        }
        other => Err(OpenError::of_version(dir, other)),
    }
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOCKED_AT_MOST)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL syncs the write-ahead log before a commit returns; NORMAL, the usual choice, does not.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // 16 MiB: the table is synced seldom.
    connection.pragma_update(None, "wal_autocheckpoint", 4000)
}

pub(super) fn connect_to_read(dir: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(dir.join(FILE), flags).map_err(unusable)?;
    connection.busy_timeout(LOCKED_AT_MOST).map_err(unusable)?;
    Ok(connection)
}

pub(super) fn unusable(error: rusqlite::Error) -> OpenError {
    OpenError::new("the broker's log cannot be used", error)
}

/// The brokers of the plan. What belonged to others goes, as their topics would.
pub(super) fn topics(
    connection: &mut Connection,
    brokers: &[BrokerPlan],
) -> Result<Vec<Arc<Topic>>, OpenError> {
    let within = |connection: &mut Connection| {
        let transaction = connection.transaction()?;
        drop_other_brokers(&transaction, brokers)?;
        for broker in brokers {
            add_partitions(&transaction, broker)?;
        }
        let topics = brokers
            .iter()
            .map(|broker| topic(&transaction, &broker.object))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        transaction.commit()?;
        Ok(topics)
    };
    within(connection).map_err(unusable)
}

fn drop_other_brokers(
    transaction: &Transaction<'_>,
    brokers: &[BrokerPlan],
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare("SELECT DISTINCT namespace, broker FROM partitions")?;
    let names = statement.query_map([], |row| {
        Ok(ObjectName {
            namespace: row.get(0)?,
            name: row.get(1)?,
        })
    })?;
    for name in names {
        let name = name?;
        if brokers.iter().any(|broker| broker.object == name) {
            continue;
        }
        tracing::warn!(
            namespace = name.namespace,
            broker = name.name,
            "the broker is no more: its events are deleted"
        );
        let key = params![name.namespace, name.name];
        let of_it = "(SELECT id FROM partitions WHERE namespace = ?1 AND broker = ?2)";
        for table in ["events", "positions"] {
            let sql = format!("DELETE FROM {table} WHERE partition_id IN {of_it}");
            transaction.execute(&sql, key)?;
        }
        let sql = "DELETE FROM partitions WHERE namespace = ?1 AND broker = ?2";
        transaction.execute(sql, key)?;
    }
    Ok(())
}

/// Partitions are only ever added, as in Kafka.
fn add_partitions(transaction: &Transaction<'_>, broker: &BrokerPlan) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO partitions (namespace, broker, number, next_offset) VALUES (?1, ?2, ?3, 0)
         ON CONFLICT DO NOTHING",
    )?;
    for number in 0..broker.partitions.max(1) {
        insert.execute(params![broker.object.namespace, broker.object.name, number])?;
    }
    Ok(())
}

fn topic(transaction: &Transaction<'_>, name: &ObjectName) -> rusqlite::Result<Arc<Topic>> {
    let mut select = transaction.prepare_cached(
        "SELECT id, number, next_offset FROM partitions WHERE namespace = ?1 AND broker = ?2 ORDER BY number",
    )?;
    let partitions = select
        .query_map(params![name.namespace, name.name], |row| {
            Ok(Arc::new(Partition::new(
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
            )))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(Arc::new(Topic::new(name.clone(), partitions)))
}

/// The groups of the triggers, in their order. Those of other triggers are dropped; a new one starts with the next event.
pub(super) fn groups(
    connection: &mut Connection,
    topics: &[Arc<Topic>],
    triggers: &[TriggerPlan],
) -> Result<Vec<GroupStart>, OpenError> {
    let within = |connection: &mut Connection| {
        let transaction = connection.transaction()?;
        let groups = triggers
            .iter()
            .filter_map(|trigger| {
                let topic = topics.iter().find(|topic| *topic.name() == trigger.broker);
                if topic.is_none() {
                    let (trigger, broker) = (&trigger.object.name, &trigger.broker.name);
                    tracing::warn!(
                        trigger,
                        broker,
                        "the trigger's broker does not exist: it hears nothing"
                    );
                }
                Some(group(&transaction, trigger, topic?))
            })
            .collect::<rusqlite::Result<Vec<_>>>()?;
        drop_other_groups(&transaction, &groups)?;
        transaction.commit()?;
        Ok(groups)
    };
    within(connection).map_err(unusable)
}

fn group(
    transaction: &Transaction<'_>,
    trigger: &TriggerPlan,
    topic: &Topic,
) -> rusqlite::Result<GroupStart> {
    let key = params![
        trigger.object.namespace,
        trigger.object.name,
        format!("{}/{}", trigger.broker.namespace, trigger.broker.name)
    ];
    let sql = "INSERT INTO groups (namespace, trigger, broker) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    let is_new = transaction.execute(sql, key)? > 0;
    let sql = "SELECT id FROM groups WHERE namespace = ?1 AND trigger = ?2 AND broker = ?3";
    let id: i64 = transaction.query_row(sql, key, |row| row.get(0))?;
    for partition in topic.partitions() {
        // A partition that was added later is read by an old group from its beginning.
        let start = if is_new { partition.end() } else { 0 };
        let sql = "INSERT INTO positions VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        transaction.execute(sql, params![id, partition.id, start])?;
    }
    let mut select = transaction
        .prepare_cached("SELECT partition_id, offset FROM positions WHERE group_id = ?1")?;
    let offsets = select.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(GroupStart {
        id,
        trigger: trigger.object.clone(),
        offsets: offsets.collect::<rusqlite::Result<_>>()?,
    })
}

fn drop_other_groups(transaction: &Transaction<'_>, groups: &[GroupStart]) -> rusqlite::Result<()> {
    let mut select = transaction.prepare("SELECT id, trigger FROM groups")?;
    let known = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for group in known {
        let (id, trigger): (i64, String) = group?;
        if groups.iter().any(|group| group.id == id) {
            continue;
        }
        tracing::warn!(
            trigger,
            "the trigger is no more: what it has not taken yet is forgotten"
        );
        transaction.execute("DELETE FROM positions WHERE group_id = ?1", [id])?;
        transaction.execute("DELETE FROM groups WHERE id = ?1", [id])?;
    }
    Ok(())
}

/// How far groups have come.
pub(super) fn save_positions(
    transaction: &Transaction<'_>,
    positions: &[Position],
) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE positions SET offset = ?3 WHERE group_id = ?1 AND partition_id = ?2",
    )?;
    for position in positions {
        update.execute(params![
            position.group_id,
            position.partition_id,
            position.offset
        ])?;
    }
    Ok(())
}
