//! One trace whole.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension as _};

use super::names::Services;
use super::traces::{HEAD, TraceHead, head};
use crate::record::{SpanKind, SpanRecord};

/// A whole trace.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    pub(crate) head: TraceHead,
    /// By start, the first ones.
    pub(crate) spans: Vec<SpanRecord>,
    /// Spans whose parent is not here.
    pub(crate) orphans: Vec<[u8; 8]>,
    pub(crate) logs: i64,
}

pub(super) fn open(
    file: &Connection,
    trace_id: [u8; 16],
    limit: usize,
) -> rusqlite::Result<Option<Trace>> {
    let services = Services::read(file)?;
    let found = file
        .prepare_cached(&format!(
            "SELECT {HEAD}, traces.id FROM traces WHERE trace_id = ?1"
        ))?
        .query_row([&trace_id[..]], |row| {
            Ok((head(row, &services)?, row.get::<_, i64>(9)?))
        })
        .optional()?;
    let Some((head, id)) = found else {
        return Ok(None);
    };
    let logs = file
        .prepare_cached("SELECT count(*) FROM logs WHERE trace_id = ?1")?
        .query_row([&trace_id[..]], |row| row.get(0))?;
    Ok(Some(Trace {
        head,
        spans: spans(file, id, limit, &services)?,
        orphans: orphans(file, id)?,
        logs,
    }))
}

fn spans(
    file: &Connection,
    trace: i64,
    limit: usize,
    services: &Services,
) -> rusqlite::Result<Vec<SpanRecord>> {
    let mut select = file.prepare_cached(
        "SELECT span_id, parent_id, service, name, kind, start_us, duration_us, error, status, detail
         FROM spans WHERE trace = ?1 ORDER BY start_us, id LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select.query_map([trace, limit], |row| {
        Ok(SpanRecord {
            span_id: row.get(0)?,
            parent_id: row.get(1)?,
            service: services.name(row.get(2)?),
            name: row.get(3)?,
            kind: SpanKind::of(row.get(4)?),
            start_us: row.get(5)?,
            duration_us: row.get(6)?,
            error: row.get(7)?,
            status: row.get(8)?,
            detail: row.get(9)?,
        })
    })?;
    rows.collect()
}

/// Of all spans, not only of those that are given out.
fn orphans(file: &Connection, trace: i64) -> rusqlite::Result<Vec<[u8; 8]>> {
    let mut select =
        file.prepare_cached("SELECT span_id, parent_id FROM spans WHERE trace = ?1 ORDER BY id")?;
    let rows = select.query_map([trace], |row| {
        Ok((row.get::<_, [u8; 8]>(0)?, row.get::<_, Option<[u8; 8]>>(1)?))
    })?;
    let all = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let known: HashSet<[u8; 8]> = all.iter().map(|(id, _)| *id).collect();
    let is_orphan = |(_, parent): &&([u8; 8], Option<[u8; 8]>)| {
        parent.is_some_and(|parent| !known.contains(&parent))
    };
    let orphans = all.iter().filter(is_orphan);
    Ok(orphans.map(|(id, _)| *id).collect())
}
