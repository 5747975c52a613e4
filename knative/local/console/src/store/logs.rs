//! Log lines: given out by page, and as they come.

use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use serde_json::value::RawValue;

use super::names::Services;
use super::traces::anywhere;
use crate::record::{Level, LogRecord, Micros, ReadMark};
use crate::{hex, time};

/// Which lines are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogFilter {
    pub(crate) limit: usize,
    /// Only those that came before this one.
    pub(crate) before: Option<i64>,
    pub(crate) service: Option<String>,
    /// Only those that are that grave, or graver.
    pub(crate) level: Option<Level>,
    pub(crate) trace_id: Option<[u8; 16]>,
    /// Only those with this text in the message or a field, in any case.
    pub(crate) text: Option<String>,
}

/// A line as the API gives it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LogLine {
    pub(crate) id: i64,
    time: String,
    service: String,
    level: Option<Level>,
    message: String,
    trace_id: Option<String>,
    span_id: Option<String>,
    fields: Box<RawValue>,
}

/// Newest first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LogPage {
    pub(crate) lines: Vec<LogLine>,
    /// There are more before this one.
    pub(crate) next_before: Option<i64>,
}

impl LogLine {
    pub(super) fn new(id: i64, line: LogRecord) -> Self {
        Self {
            id,
            time: time::rfc3339(line.time_us),
            service: line.service,
            level: line.level,
            message: line.message,
            trace_id: line.trace_id.map(|id| hex::encode(&id)),
            span_id: line.span_id.map(|id| hex::encode(&id)),
            fields: object(line.fields),
        }
    }
}

/// Stored as JSON, given out as it is.
fn object(text: String) -> Box<RawValue> {
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

impl LogFilter {
    /// Whether a line that has just come is wanted.
    pub(crate) fn wants(&self, line: &LogLine) -> bool {
        let has = |text: &String| {
            let text = text.to_ascii_lowercase();
            line.message.to_ascii_lowercase().contains(&text)
                || line.fields.get().to_ascii_lowercase().contains(&text)
        };
        let is_of = |id: [u8; 16]| line.trace_id.as_deref() == Some(hex::encode(&id).as_str());
        self.service.as_ref().is_none_or(|one| *one == line.service)
            && self
                .level
                .is_none_or(|level| line.level.is_some_and(|of_line| of_line <= level))
            && self.trace_id.is_none_or(is_of)
            && self.text.as_ref().is_none_or(has)
    }
}

pub(super) fn list(file: &Connection, filter: &LogFilter) -> rusqlite::Result<LogPage> {
    let services = Services::read(file)?;
    let mut conditions = vec!["1"];
    let mut values: Vec<(&str, Box<dyn ToSql>)> = Vec::new();
    if let Some(before) = filter.before {
        conditions.push("id < :before");
        values.push((":before", Box::new(before)));
    }
    if let Some(service) = &filter.service {
        conditions.push("service = :service");
        values.push((":service", Box::new(services.known(service).unwrap_or(-1))));
    }
    if let Some(level) = filter.level {
        conditions.push("level <= :level");
        values.push((":level", Box::new(level as i64)));
    }
    if let Some(trace_id) = filter.trace_id {
        conditions.push("trace_id = :trace");
        values.push((":trace", Box::new(trace_id.to_vec())));
    }
    if let Some(text) = &filter.text {
        conditions.push("(message LIKE :text ESCAPE '\\' OR fields LIKE :text ESCAPE '\\')");
        values.push((":text", Box::new(anywhere(text))));
    }
    let sql = format!(
        "SELECT id, time_us, service, level, message, trace_id, span_id, fields FROM logs
         WHERE {} ORDER BY id DESC LIMIT {}",
        conditions.join(" AND "),
        filter.limit + 1
    );
    let mut select = file.prepare_cached(&sql)?;
    let values: Vec<(&str, &dyn ToSql)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_ref()))
        .collect();
    let rows = select.query_map(values.as_slice(), |row| line(row, &services))?;
    let mut lines = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = lines.len() > filter.limit;
    lines.truncate(filter.limit);
    Ok(LogPage {
        next_before: lines.last().filter(|_| more).map(|line| line.id),
        lines,
    })
}

fn line(row: &Row<'_>, services: &Services) -> rusqlite::Result<LogLine> {
    let level: Option<i64> = row.get(3)?;
    let record = LogRecord {
        time_us: row.get::<_, Micros>(1)?,
        service: services.name(row.get(2)?),
        level: level.and_then(Level::of),
        message: row.get(4)?,
        trace_id: row.get(5)?,
        span_id: row.get(6)?,
        fields: row.get(7)?,
    };
    Ok(LogLine::new(row.get(0)?, record))
}

pub(super) fn set_read_mark(file: &Connection, mark: &ReadMark) -> rusqlite::Result<()> {
    file.prepare_cached(
        "INSERT OR REPLACE INTO read_marks (log, inode, offset) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![
        mark.log,
        mark.inode.cast_signed(),
        mark.offset.cast_signed()
    ])?;
    Ok(())
}

pub(super) fn read_marks(file: &Connection) -> rusqlite::Result<Vec<ReadMark>> {
    let mut select = file.prepare_cached("SELECT log, inode, offset FROM read_marks")?;
    let rows = select.query_map([], |row| {
        Ok(ReadMark {
            log: row.get(0)?,
            inode: row.get::<_, i64>(1)?.cast_unsigned(),
            offset: row.get::<_, i64>(2)?.cast_unsigned(),
        })
    })?;
    rows.collect()
}
