//! The broker's log on one machine: a SQLite file that is opened for reading only.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags};

use super::Books;
use super::told::{Event, Trigger};

fn open(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags);
    let connection = connection.with_context(|| file.display().to_string())?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}

/// Fills in events and triggers.
pub(super) fn read(file: &Path, books: &mut Books) -> Result<()> {
    let connection = open(file)?;
    let mut select = connection.prepare("SELECT trigger FROM groups ORDER BY trigger")?;
    let names = select.query_map([], |row| row.get::<_, String>(0))?;
    let names = names.collect::<Result<Vec<_>, _>>()?;
    books.triggers = names
        .iter()
        .filter_map(|name| Trigger::named(name))
        .collect();
    books.log_begins = begin(&connection)?;
    let mut select =
        connection.prepare("SELECT accepted_at, head, data FROM events ORDER BY sequence")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (accepted_at, head, data): (i64, Vec<u8>, Vec<u8>) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        books.events.push(event(accepted_at, &head, &data)?);
    }
    Ok(())
}

/// Since when the log is whole, if its beginning is gone. Each partition is pruned for itself.
fn begin(connection: &Connection) -> Result<Option<DateTime<Utc>>> {
    let select = "SELECT max(begins), min(first) FROM (
                      SELECT min(accepted_at) AS begins, min(sequence) AS first
                      FROM events GROUP BY partition_id)";
    let (begins, first): (Option<i64>, Option<i64>) =
        connection.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let begins = begins.filter(|_| first.is_some_and(|first| first > 1));
    Ok(begins.and_then(DateTime::from_timestamp_millis))
}

fn event(accepted_at: i64, head: &[u8], data: &[u8]) -> Result<Event> {
    type Head = (BTreeMap<String, String>, serde_json::Value);
    let (mut attributes, _): Head =
        serde_json::from_slice(head).context("an event's attributes")?;
    let mut take = |name: &str| attributes.remove(name).unwrap_or_default();
    Ok(Event {
        event_type: take("type"),
        source: take("source"),
        id: take("id"),
        key: take("partitionkey"),
        accepted_at: DateTime::from_timestamp_millis(accepted_at).unwrap_or_default(),
        data: serde_json::from_slice(data).unwrap_or_default(),
    })
}

/// The newest event, and the triggers that have not passed the end of the log with how far they are behind.
pub(super) fn pulse(file: &Path) -> Result<(i64, Vec<(String, i64)>)> {
    let connection = open(file)?;
    let newest =
        connection.query_row("SELECT coalesce(max(sequence), 0) FROM events", [], |row| {
            row.get(0)
        })?;
    let mut select = connection.prepare(
        "SELECT groups.trigger, sum(partitions.next_offset - positions.offset) AS behind
         FROM positions JOIN partitions ON partitions.id = positions.partition_id
         JOIN groups ON groups.id = positions.group_id
         GROUP BY groups.id HAVING behind > 0 ORDER BY groups.trigger",
    )?;
    let behind = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((newest, behind.collect::<Result<_, _>>()?))
}
