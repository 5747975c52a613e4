//! Metrics: their series, and the points at which they changed.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::record::{PointRecord, SeriesKind, SeriesRecord};

/// A series with the points that were asked for, by time.
#[derive(Debug, Clone)]
pub(crate) struct StoredSeries {
    pub(crate) source: String,
    pub(crate) name: String,
    pub(crate) kind: SeriesKind,
    pub(crate) unit: String,
    pub(crate) help: String,
    pub(crate) labels: BTreeMap<String, String>,
    /// A histogram's; the last bucket has none.
    pub(crate) bounds: Vec<f64>,
    pub(crate) points: Vec<PointRecord>,
}

/// The numbers of the series that were written to.
#[derive(Default)]
pub(super) struct SeriesNumbers(HashMap<SeriesRecord, i64>);

impl SeriesNumbers {
    /// The number of a series; it is made for one that is new.
    pub(super) fn number(
        &mut self,
        file: &Connection,
        series: SeriesRecord,
    ) -> rusqlite::Result<i64> {
        if let Some(id) = self.0.get(&series) {
            return Ok(*id);
        }
        let labels: BTreeMap<&str, &str> = series
            .labels
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let (labels, bounds) = (json(&labels)?, json(&series.bounds)?);
        let source = series.source.name();
        let known: Option<i64> = file
            .prepare_cached(
                "SELECT id FROM series WHERE source = ?1 AND name = ?2 AND labels = ?3 AND bounds = ?4",
            )?
            .query_row(params![source, series.name, labels, bounds], |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => {
                file.prepare_cached(
                    "INSERT INTO series (source, name, type, unit, help, labels, bounds)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    source,
                    series.name,
                    series.kind.name(),
                    series.unit,
                    series.help,
                    labels,
                    bounds,
                ])?;
                file.last_insert_rowid()
            }
        };
        self.0.insert(series, id);
        Ok(id)
    }
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

const SERIES: &str = "SELECT id, source, name, type, unit, help, labels, bounds FROM series";

pub(super) fn series(file: &Connection) -> rusqlite::Result<Vec<StoredSeries>> {
    let mut select = file.prepare_cached(&format!("{SERIES} ORDER BY name, source, labels"))?;
    let rows = select.query_map([], |row| Ok(stored(row)?.1))?;
    rows.collect()
}

pub(super) fn points(
    file: &Connection,
    name: &str,
    source: Option<&str>,
    from: i64,
    to: i64,
) -> rusqlite::Result<Vec<StoredSeries>> {
    let mut select = file.prepare_cached(&format!(
        "{SERIES} WHERE name = ?1 AND (?2 IS NULL OR source = ?2) ORDER BY labels"
    ))?;
    let rows = select.query_map(params![name, source], stored)?;
    let mut found = Vec::new();
    for row in rows {
        let (id, mut series) = row?;
        series.points = points_of(file, id, from, to)?;
        if !series.points.is_empty() {
            found.push(series);
        }
    }
    Ok(found)
}

fn points_of(
    file: &Connection,
    series: i64,
    from: i64,
    to: i64,
) -> rusqlite::Result<Vec<PointRecord>> {
    let mut select = file.prepare_cached(
        "SELECT at, value, counts FROM points WHERE series = ?1 AND at <= ?3 AND at >= coalesce(
             (SELECT max(at) FROM points WHERE series = ?1 AND at <= ?2), ?2)
         ORDER BY at",
    )?;
    let rows = select.query_map([series, from, to], |row| {
        let counts: Option<String> = row.get(2)?;
        let counts = counts.and_then(|text| serde_json::from_str(&text).ok());
        Ok(PointRecord {
            at: row.get(0)?,
            value: row.get(1)?,
            counts: counts.unwrap_or_default(),
        })
    })?;
    rows.collect()
}

fn stored(row: &Row<'_>) -> rusqlite::Result<(i64, StoredSeries)> {
    let (kind, labels, bounds): (String, String, String) = (row.get(3)?, row.get(6)?, row.get(7)?);
    let bounds: Vec<String> = serde_json::from_str(&bounds).unwrap_or_default();
    let series = StoredSeries {
        source: row.get(1)?,
        name: row.get(2)?,
        kind: SeriesKind::named(&kind),
        unit: row.get(4)?,
        help: row.get(5)?,
        labels: serde_json::from_str(&labels).unwrap_or_default(),
        bounds: bounds
            .iter()
            .filter_map(|bound| bound.parse().ok())
            .collect(),
        points: Vec::new(),
    };
    Ok((row.get(0)?, series))
}
