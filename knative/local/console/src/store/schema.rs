//! The file: its tables, and how it is opened.
//!
//! `synchronous` is off: a process that is killed loses nothing that was committed, and what a power failure takes is history, not orders.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

const FILE: &str = "telemetry.db";
/// A file of another version is thrown away: it is history, and it would be gone in a day anyway.
const VERSION: i64 = 1;
const BUSY: Duration = Duration::from_secs(5);

const TABLES: &str = "
    CREATE TABLE services (
        -- Also the number of its bit in traces.services.
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    );
    -- A summary, kept up to date with every span, so that lists never read spans.
    CREATE TABLE traces (
        id INTEGER PRIMARY KEY,
        trace_id BLOB NOT NULL UNIQUE,
        started_us INTEGER NOT NULL,
        ended_us INTEGER NOT NULL,
        -- Of the span that gives the trace its name.
        root_start_us INTEGER NOT NULL,
        -- Whether that one has no parent.
        root_is_first INTEGER NOT NULL,
        service TEXT NOT NULL,
        name TEXT NOT NULL,
        spans INTEGER NOT NULL,
        errors INTEGER NOT NULL,
        services INTEGER NOT NULL,
        -- The id of the order, where one is known.
        key TEXT,
        -- Names of its spans, each once, for searching; cut off when there are many.
        words TEXT NOT NULL,
        arrived_us INTEGER NOT NULL
    );
    CREATE INDEX traces_by_start ON traces (started_us);
    CREATE TABLE keys (
        key TEXT NOT NULL,
        trace INTEGER NOT NULL,
        PRIMARY KEY (key, trace)
    ) WITHOUT ROWID;
    CREATE INDEX keys_by_trace ON keys (trace);
    CREATE TABLE spans (
        id INTEGER PRIMARY KEY,
        trace INTEGER NOT NULL,
        span_id BLOB NOT NULL,
        parent_id BLOB,
        service INTEGER NOT NULL,
        name TEXT NOT NULL,
        kind INTEGER NOT NULL,
        start_us INTEGER NOT NULL,
        duration_us INTEGER NOT NULL,
        error INTEGER NOT NULL,
        status TEXT NOT NULL,
        -- JSON: attributes, events, links.
        detail TEXT NOT NULL
    );
    CREATE UNIQUE INDEX spans_by_trace ON spans (trace, span_id);
    CREATE TABLE logs (
        id INTEGER PRIMARY KEY,
        time_us INTEGER NOT NULL,
        service INTEGER NOT NULL,
        -- 1 error to 5 trace.
        level INTEGER,
        message TEXT NOT NULL,
        trace_id BLOB,
        span_id BLOB,
        -- A JSON object.
        fields TEXT NOT NULL,
        arrived_us INTEGER NOT NULL
    );
    CREATE INDEX logs_by_service ON logs (service);
    CREATE INDEX logs_by_trace ON logs (trace_id) WHERE trace_id IS NOT NULL;
    -- How far log files were read, in the same commit as their lines.
    CREATE TABLE read_marks (
        log TEXT PRIMARY KEY,
        inode INTEGER NOT NULL,
        offset INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        -- functions or platform.
        source TEXT NOT NULL,
        name TEXT NOT NULL,
        -- counter, gauge or histogram.
        type TEXT NOT NULL,
        unit TEXT NOT NULL,
        help TEXT NOT NULL,
        -- JSON: an object, sorted by name.
        labels TEXT NOT NULL,
        -- JSON: a histogram's bounds.
        bounds TEXT NOT NULL,
        UNIQUE (source, name, labels, bounds)
    );
    -- A point stands where a value changed; it holds until the next one.
    CREATE TABLE points (
        series INTEGER NOT NULL,
        -- Seconds since 1970.
        at INTEGER NOT NULL,
        -- A number's value, a histogram's sum.
        value REAL NOT NULL,
        -- JSON: a histogram's counts, one for each bucket, not added up.
        counts TEXT,
        PRIMARY KEY (series, at)
    ) WITHOUT ROWID;
";

/// Opens the file in `folder` for the one who writes; made if it is not there, made anew if it cannot be used.
pub(super) fn open(folder: &Path) -> rusqlite::Result<Connection> {
    if let Ok(connection) = connect(folder) {
        return Ok(connection);
    }
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(folder.join(format!("{FILE}{suffix}")));
    }
    connect(folder)
}

fn connect(folder: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(folder.join(FILE))?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.pragma_update(None, "cache_size", -2048)?;
    connection.pragma_update(None, "journal_size_limit", 4 << 20)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        VERSION => (),
        0 => {
            connection.execute_batch(&format!(
                "BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;"
            ))?;
        }
        _ => return Err(rusqlite::Error::InvalidQuery),
    }
    // A torn page is found now, not while somebody waits.
    connection.query_row("SELECT count(*) FROM services", [], |_| Ok(()))?;
    Ok(connection)
}

/// Opens the file in `folder` for one who reads.
pub(super) fn open_to_read(folder: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(folder.join(FILE), flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "cache_size", -1024)?;
    Ok(connection)
}

/// Whether the file itself is broken, so that going on is useless.
pub(super) fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_database_or_of_another_version_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "no database at all, only text").unwrap();
        let connection = open(folder.path()).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        drop(connection);
        let connection = open(folder.path()).unwrap();
        let count: i64 = connection
            .query_row("SELECT count(*) FROM spans", [], |row| row.get(0))
            .unwrap();
        assert_eq!(count, 0);
    }
}
