//! What goes when there is too much: whatever came first.

use std::sync::atomic::Ordering;

use rusqlite::{Connection, OptionalExtension as _};

use super::insert::Written;
use super::queue::Counts;
use crate::record::Micros;
use crate::telemetry::Limits;

/// Age is looked at that seldom, in microseconds.
const AGE_EVERY: Micros = 600_000_000;
/// How much more than the excess goes, so that not every batch has to remove something: one in so many.
const SLACK: u64 = 50;
/// What goes when the file is too large: one in so many of everything.
const SHARE: u64 = 10;

/// Keeps the tables within their limits.
pub(super) struct Pruner {
    limits: Limits,
    aged_us: Micros,
    too_large: bool,
}

impl Pruner {
    /// Counts what is there.
    pub(super) fn new(
        file: &Connection,
        limits: Limits,
        counts: &Counts,
    ) -> rusqlite::Result<Self> {
        let count = |table: &str| -> rusqlite::Result<u64> {
            let sql = format!("SELECT count(*) FROM {table}");
            file.query_row(&sql, [], |row| row.get::<_, i64>(0))
                .map(i64::cast_unsigned)
        };
        counts.spans.store(count("spans")?, Ordering::Relaxed);
        counts.logs.store(count("logs")?, Ordering::Relaxed);
        counts.points.store(count("points")?, Ordering::Relaxed);
        let mut pruner = Self {
            limits,
            aged_us: Micros::MIN,
            too_large: false,
        };
        pruner.measure(file, counts)?;
        Ok(pruner)
    }

    /// Removes what is too much, after `written` came in.
    pub(super) fn prune(
        &mut self,
        file: &Connection,
        written: &Written,
        now: Micros,
        counts: &Counts,
    ) -> rusqlite::Result<()> {
        let lines = written.lines.len() as u64;
        let spans = counts.spans.load(Ordering::Relaxed) + written.spans;
        let logs = counts.logs.load(Ordering::Relaxed) + lines;
        let points = counts.points.load(Ordering::Relaxed) + written.points;
        let aged = now.saturating_sub(self.aged_us) > AGE_EVERY;
        let share = |all: u64| if self.too_large { all / SHARE + 1 } else { 0 };
        let mut gone_spans =
            oldest_traces(file, excess(spans, self.limits.spans).max(share(spans)))?;
        let mut gone_logs = oldest_logs(file, excess(logs, self.limits.logs).max(share(logs)))?;
        let mut gone_points =
            oldest_points(file, excess(points, self.limits.points).max(share(points)))?;
        if aged {
            self.aged_us = now;
            let age_us = i64::try_from(self.limits.age_seconds).unwrap_or(i64::MAX);
            let before = now.saturating_sub(age_us.saturating_mul(1_000_000));
            gone_spans += traces_before(file, before)?;
            gone_logs += logs_before(file, before)?;
            gone_points += points_before(file, before / 1_000_000)?;
        }
        counts
            .spans
            .store(spans.saturating_sub(gone_spans), Ordering::Relaxed);
        counts
            .logs
            .store(logs.saturating_sub(gone_logs), Ordering::Relaxed);
        counts
            .points
            .store(points.saturating_sub(gone_points), Ordering::Relaxed);
        Ok(())
    }

    /// Looks how large the file is, without the pages that are free.
    pub(super) fn measure(&mut self, file: &Connection, counts: &Counts) -> rusqlite::Result<()> {
        let pragma = |name: &str| -> rusqlite::Result<u64> {
            file.pragma_query_value(None, name, |row| row.get::<_, i64>(0))
                .map(i64::cast_unsigned)
        };
        let pages = pragma("page_count")?.saturating_sub(pragma("freelist_count")?);
        let bytes = pages * pragma("page_size")?;
        counts.bytes.store(bytes, Ordering::Relaxed);
        self.too_large = bytes > self.limits.bytes;
        Ok(())
    }
}

/// How many have to go, with some slack.
fn excess(count: u64, limit: u64) -> u64 {
    match count.checked_sub(limit) {
        None | Some(0) => 0,
        Some(excess) => excess + limit / SLACK,
    }
}

/// Removes whole traces until at least `wanted` spans are gone; gives how many are.
fn oldest_traces(file: &Connection, wanted: u64) -> rusqlite::Result<u64> {
    if wanted == 0 {
        return Ok(0);
    }
    let mut chosen = Vec::new();
    let mut spans = 0;
    let mut select = file.prepare_cached("SELECT id, spans FROM traces ORDER BY id")?;
    let mut rows = select.query([])?;
    while spans < wanted {
        let Some(row) = rows.next()? else { break };
        chosen.push(row.get(0)?);
        spans += row.get::<_, i64>(1)?.cast_unsigned();
    }
    drop(rows);
    remove_traces(file, &chosen)
}

fn traces_before(file: &Connection, before: Micros) -> rusqlite::Result<u64> {
    // Ids grow with arrival, so that this stops at the first one that is young enough.
    let mut chosen = Vec::new();
    let mut select = file.prepare_cached("SELECT id, arrived_us FROM traces ORDER BY id")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(1)? >= before {
            break;
        }
        chosen.push(row.get(0)?);
    }
    drop(rows);
    remove_traces(file, &chosen)
}

fn remove_traces(file: &Connection, traces: &[i64]) -> rusqlite::Result<u64> {
    let mut gone = 0;
    for id in traces {
        gone += file
            .prepare_cached("DELETE FROM spans WHERE trace = ?1")?
            .execute([id])?;
        file.prepare_cached("DELETE FROM keys WHERE trace = ?1")?
            .execute([id])?;
        file.prepare_cached("DELETE FROM traces WHERE id = ?1")?
            .execute([id])?;
    }
    Ok(gone as u64)
}

fn oldest_logs(file: &Connection, wanted: u64) -> rusqlite::Result<u64> {
    if wanted == 0 {
        return Ok(0);
    }
    let gone = file.execute(
        "DELETE FROM logs WHERE id IN (SELECT id FROM logs ORDER BY id LIMIT ?1)",
        [wanted.cast_signed()],
    )?;
    Ok(gone as u64)
}

/// Removes the oldest points, at least as many as wanted if there are so many that may go.
fn oldest_points(file: &Connection, wanted: u64) -> rusqlite::Result<u64> {
    if wanted == 0 {
        return Ok(0);
    }
    let first_to_stay: Option<i64> = file
        .query_row(
            &format!("SELECT at FROM points WHERE {HAS_LATER} ORDER BY at LIMIT 1 OFFSET ?1"),
            [wanted.cast_signed() - 1],
            |row| row.get(0),
        )
        .optional()?;
    points_before(file, first_to_stay.map_or(i64::MAX, |at| at + 1))
}

const HAS_LATER: &str = "EXISTS (SELECT 1 FROM points AS later WHERE later.series = points.series AND later.at > points.at)";

/// The last point of a series stays: it holds until there is another one.
fn points_before(file: &Connection, before: i64) -> rusqlite::Result<u64> {
    let gone = file.execute(
        &format!("DELETE FROM points WHERE at < ?1 AND {HAS_LATER}"),
        [before],
    )?;
    Ok(gone as u64)
}

/// Ids grow with arrival, so that the first one that is young enough is a bound.
fn logs_before(file: &Connection, before: Micros) -> rusqlite::Result<u64> {
    let gone = file.execute(
        "DELETE FROM logs WHERE id < coalesce(
             (SELECT id FROM logs WHERE arrived_us >= ?1 ORDER BY id LIMIT 1),
             (SELECT max(id) + 1 FROM logs))",
        [before],
    )?;
    Ok(gone as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_within_the_limit_stays_and_what_is_over_it_goes_with_some_slack() {
        assert_eq!(excess(99, 100), 0);
        assert_eq!(excess(100, 100), 0);
        assert_eq!(excess(101, 100), 3);
    }
}
