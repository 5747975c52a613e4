//! What a batch becomes in the tables.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::Command;
use super::logs::{self, LogLine};
use super::metrics::SeriesNumbers;
use super::names::Services;
use super::span_rows::Summaries;
use crate::record::{LogRecord, Micros, PointRecord, SeriesRecord, TracedSpan};

/// What a batch added.
#[derive(Default)]
pub(super) struct Written {
    pub(super) spans: u64,
    pub(super) points: u64,
    /// For whoever follows.
    pub(super) lines: Vec<LogLine>,
}

/// Writes batches; remembers the numbers of services and series.
pub(super) struct Inserter {
    services: Services,
    series: SeriesNumbers,
}

impl Inserter {
    pub(super) fn new(file: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            services: Services::read(file)?,
            series: SeriesNumbers::default(),
        })
    }

    /// After a transaction that failed: numbers that it gave are nobody's.
    pub(super) fn forget(&mut self) {
        self.services = Services::default();
        self.series = SeriesNumbers::default();
    }

    pub(super) fn insert(
        &mut self,
        file: &Connection,
        batch: Vec<Command>,
        now: Micros,
    ) -> rusqlite::Result<Written> {
        if self.services.is_empty() {
            self.services = Services::read(file)?;
        }
        let mut written = Written::default();
        let mut summaries = Summaries::default();
        let mut lines = Vec::new();
        for command in batch {
            match command {
                Command::Spans(spans) => {
                    for span in spans {
                        written.spans += self.span(file, &span, &mut summaries, now)?;
                    }
                }
                Command::Logs(more, mark) => {
                    lines.extend(more);
                    if let Some(mark) = mark {
                        logs::set_read_mark(file, &mark)?;
                    }
                }
                Command::Points(points) => {
                    for (series, point) in points {
                        written.points += self.point(file, series, &point)?;
                    }
                }
                Command::Flush(_) => (),
            }
        }
        summaries.save(file)?;
        // Files are read one after the other; their lines stand by time all the same.
        lines.sort_by_key(|line: &LogRecord| line.time_us);
        for line in lines {
            written.lines.push(self.line(file, line, now)?);
        }
        Ok(written)
    }

    /// 1 when the span is new.
    fn span(
        &mut self,
        file: &Connection,
        traced: &TracedSpan,
        summaries: &mut Summaries,
        now: Micros,
    ) -> rusqlite::Result<u64> {
        let span = &traced.span;
        let service = self.services.number(file, &span.service)?;
        let trace = summaries.of(file, traced, now)?;
        let mut insert = file.prepare_cached(
            "INSERT OR IGNORE INTO spans
             (trace, span_id, parent_id, service, name, kind, start_us, duration_us, error, status, detail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        let parent = span.parent_id.as_ref().map(|id| &id[..]);
        let new = insert.execute(params![
            trace.id,
            &span.span_id[..],
            parent,
            service,
            span.name,
            span.kind as i64,
            span.start_us,
            span.duration_us,
            span.error,
            span.status,
            span.detail,
        ])?;
        if new == 0 {
            return Ok(0);
        }
        trace.add(traced, service);
        for key in &traced.keys {
            if trace.is_new_key(key) {
                file.prepare_cached("INSERT OR IGNORE INTO keys (key, trace) VALUES (?1, ?2)")?
                    .execute(params![key, trace.id])?;
            }
        }
        Ok(1)
    }

    fn line(
        &mut self,
        file: &Connection,
        line: LogRecord,
        now: Micros,
    ) -> rusqlite::Result<LogLine> {
        let service = self.services.number(file, &line.service)?;
        let mut insert = file.prepare_cached(
            "INSERT INTO logs (time_us, service, level, message, trace_id, span_id, fields, arrived_us)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        insert.execute(params![
            line.time_us,
            service,
            line.level.map(|level| level as i64),
            line.message,
            line.trace_id.as_ref().map(|id| &id[..]),
            line.span_id.as_ref().map(|id| &id[..]),
            line.fields,
            now,
        ])?;
        Ok(LogLine::new(file.last_insert_rowid(), line))
    }

    /// 1 when there is a point more.
    fn point(
        &mut self,
        file: &Connection,
        series: SeriesRecord,
        point: &PointRecord,
    ) -> rusqlite::Result<u64> {
        let id = self.series.number(file, series)?;
        let counts = (!point.counts.is_empty())
            .then(|| serde_json::to_string(&point.counts))
            .transpose()
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        let before: Option<i64> = file
            .prepare_cached("SELECT 1 FROM points WHERE series = ?1 AND at = ?2")?
            .query_row(params![id, point.at], |row| row.get(0))
            .optional()?;
        file.prepare_cached(
            "INSERT OR REPLACE INTO points (series, at, value, counts) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id, point.at, point.value, counts])?;
        Ok(u64::from(before.is_none()))
    }
}
