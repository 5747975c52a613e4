//! Lists of traces.

use rusqlite::types::ToSql;
use rusqlite::{Connection, Row};

use super::names::{Services, bit};
use crate::hex;
use crate::record::Micros;

/// Which traces are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct TraceFilter {
    pub(crate) limit: usize,
    /// Only those that began before.
    pub(crate) before: Option<Micros>,
    /// Only those that passed through this service.
    pub(crate) service: Option<String>,
    /// Only those with this text in the name of a span, in an id or as their order.
    pub(crate) text: Option<String>,
    /// Only those that took that long.
    pub(crate) at_least_us: Option<i64>,
    /// Only those with an error.
    pub(crate) errors: bool,
    /// Only those that are about this.
    pub(crate) key: Option<String>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TraceHead {
    pub(crate) trace_id: [u8; 16],
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) started_us: Micros,
    pub(crate) duration_us: i64,
    pub(crate) spans: i64,
    pub(crate) errors: i64,
    pub(crate) services: Vec<String>,
    pub(crate) key: Option<String>,
}

/// Newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TracePage {
    pub(crate) traces: Vec<TraceHead>,
    /// There are more that began before.
    pub(crate) next_before: Option<Micros>,
}

pub(super) const HEAD: &str =
    "traces.trace_id, traces.name, traces.service, traces.started_us, traces.ended_us,
     traces.spans, traces.errors, traces.services, traces.key";

/// The conditions of a query and what stands in their places.
#[derive(Default)]
struct Conditions {
    sql: Vec<String>,
    values: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    /// `?` in the text stands for the value.
    fn add(&mut self, sql: &str, value: impl ToSql + 'static) {
        self.values.push(Box::new(value));
        self.sql
            .push(sql.replace('?', &format!("?{}", self.values.len())));
    }

    fn text(&self) -> String {
        match self.sql.is_empty() {
            true => String::new(),
            false => format!("WHERE {}", self.sql.join(" AND ")),
        }
    }
}

pub(super) fn list(file: &Connection, filter: &TraceFilter) -> rusqlite::Result<TracePage> {
    let services = Services::read(file)?;
    let Some(conditions) = conditions(filter, &services) else {
        return Ok(TracePage {
            traces: Vec::new(),
            next_before: None,
        });
    };
    let from = match filter.key {
        Some(_) => "keys JOIN traces ON traces.id = keys.trace",
        None => "traces",
    };
    let sql = format!(
        "SELECT {HEAD} FROM {from} {} ORDER BY traces.started_us DESC LIMIT {}",
        conditions.text(),
        filter.limit + 1
    );
    let mut select = file.prepare_cached(&sql)?;
    let values: Vec<&dyn ToSql> = conditions.values.iter().map(AsRef::as_ref).collect();
    let rows = select.query_map(values.as_slice(), |row| head(row, &services))?;
    let mut traces = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = traces.len() > filter.limit;
    traces.truncate(filter.limit);
    Ok(TracePage {
        next_before: traces.last().filter(|_| more).map(|trace| trace.started_us),
        traces,
    })
}

/// `None`: nothing can match.
fn conditions(filter: &TraceFilter, services: &Services) -> Option<Conditions> {
    let mut all = Conditions::default();
    if let Some(key) = &filter.key {
        all.add("keys.key = ?", key.clone());
    }
    if let Some(service) = &filter.service {
        all.add("traces.services & ? != 0", bit(services.known(service)?));
    }
    if let Some(before) = filter.before {
        all.add("traces.started_us < ?", before);
    }
    if let Some(at_least_us) = filter.at_least_us {
        all.add("traces.ended_us - traces.started_us >= ?", at_least_us);
    }
    if filter.errors {
        all.add("traces.errors >= ?", 1);
    }
    if let Some(text) = &filter.text {
        all.add(
            "(traces.words LIKE ? ESCAPE '\\' OR traces.key LIKE ? ESCAPE '\\'
              OR lower(hex(traces.trace_id)) LIKE ? ESCAPE '\\')",
            anywhere(text),
        );
    }
    Some(all)
}

/// A pattern for `LIKE` that matches the text wherever it stands.
pub(super) fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

pub(super) fn head(row: &Row<'_>, services: &Services) -> rusqlite::Result<TraceHead> {
    let (started_us, ended_us): (i64, i64) = (row.get(3)?, row.get(4)?);
    Ok(TraceHead {
        trace_id: row.get(0)?,
        name: row.get(1)?,
        service: row.get(2)?,
        started_us,
        duration_us: ended_us.saturating_sub(started_us),
        spans: row.get(5)?,
        errors: row.get(6)?,
        services: services.of_bits(row.get(7)?),
        key: row.get(8)?,
    })
}

impl TraceHead {
    /// The id as people write it.
    pub(crate) fn id(&self) -> String {
        hex::encode(&self.trace_id)
    }
}
