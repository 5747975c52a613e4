//! The row of each trace, brought up to date as spans come.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::names::bit;
use crate::record::{Micros, TracedSpan};

/// How long the searchable names of one trace may be.
const WORDS_MOST: usize = 2048;

/// The traces that a batch touches.
#[derive(Default)]
pub(super) struct Summaries(HashMap<[u8; 16], Summary>);

/// One trace.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) id: i64,
    started_us: Micros,
    ended_us: Micros,
    root_start_us: Micros,
    root_is_first: bool,
    service: String,
    name: String,
    spans: i64,
    errors: i64,
    services: i64,
    key: Option<String>,
    words: String,
    keys: HashSet<String>,
}

impl Summaries {
    /// The trace of a span; a row is made for one that is new.
    pub(super) fn of(
        &mut self,
        file: &Connection,
        span: &TracedSpan,
        now: Micros,
    ) -> rusqlite::Result<&mut Summary> {
        match self.0.entry(span.trace_id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => {
                let summary = match read(file, &span.trace_id)? {
                    Some(summary) => summary,
                    None => make(file, span, now)?,
                };
                Ok(new.insert(summary))
            }
        }
    }

    pub(super) fn save(&self, file: &Connection) -> rusqlite::Result<()> {
        let mut update = file.prepare_cached(
            "UPDATE traces SET started_us = ?2, ended_us = ?3, root_start_us = ?4, root_is_first = ?5, service = ?6,
             name = ?7, spans = ?8, errors = ?9, services = ?10, key = ?11, words = ?12 WHERE id = ?1",
        )?;
        for one in self.0.values() {
            update.execute(params![
                one.id,
                one.started_us,
                one.ended_us,
                one.root_start_us,
                one.root_is_first,
                one.service,
                one.name,
                one.spans,
                one.errors,
                one.services,
                one.key,
                one.words,
            ])?;
        }
        Ok(())
    }
}

fn read(file: &Connection, trace_id: &[u8; 16]) -> rusqlite::Result<Option<Summary>> {
    let mut select = file.prepare_cached(
        "SELECT id, started_us, ended_us, root_start_us, root_is_first, service, name, spans, errors, services, key, words
         FROM traces WHERE trace_id = ?1",
    )?;
    let summary = select.query_row([&trace_id[..]], |row| {
        Ok(Summary {
            id: row.get(0)?,
            started_us: row.get(1)?,
            ended_us: row.get(2)?,
            root_start_us: row.get(3)?,
            root_is_first: row.get(4)?,
            service: row.get(5)?,
            name: row.get(6)?,
            spans: row.get(7)?,
            errors: row.get(8)?,
            services: row.get(9)?,
            key: row.get(10)?,
            words: row.get(11)?,
            keys: HashSet::new(),
        })
    });
    summary.optional()
}

fn make(file: &Connection, span: &TracedSpan, now: Micros) -> rusqlite::Result<Summary> {
    let mut insert = file.prepare_cached(
        "INSERT INTO traces (trace_id, started_us, ended_us, root_start_us, root_is_first, service, name, spans, errors,
         services, words, arrived_us) VALUES (?1, ?2, ?3, ?2, 0, '', '', 0, 0, 0, '', ?4)",
    )?;
    let started_us = span.span.start_us;
    let ended_us = started_us.saturating_add(span.span.duration_us);
    insert.execute(params![&span.trace_id[..], started_us, ended_us, now])?;
    Ok(Summary {
        id: file.last_insert_rowid(),
        started_us,
        ended_us,
        ..Summary::default()
    })
}

impl Summary {
    /// Counts a span that is new, whose service has this number.
    pub(super) fn add(&mut self, traced: &TracedSpan, service: i64) {
        let span = &traced.span;
        let ended_us = span.start_us.saturating_add(span.duration_us);
        self.started_us = self.started_us.min(span.start_us);
        self.ended_us = self.ended_us.max(ended_us);
        let is_first = span.parent_id.is_none();
        // The trace is called after the span that begins it; until that one is here, after the earliest.
        let names_it = match (is_first, self.root_is_first) {
            (true, false) => true,
            (false, true) => false,
            _ => span.start_us < self.root_start_us,
        };
        if self.spans == 0 || names_it {
            self.root_start_us = span.start_us;
            self.root_is_first = is_first;
            self.service.clone_from(&span.service);
            self.name.clone_from(&span.name);
        }
        self.spans += 1;
        self.errors += i64::from(span.error);
        self.services |= bit(service);
        if self.key.is_none() {
            self.key.clone_from(&traced.order);
        }
        if self.words.len() + span.name.len() < WORDS_MOST
            && !self.words.lines().any(|word| word == span.name)
        {
            self.words.push_str(&span.name);
            self.words.push('\n');
        }
    }

    /// Whether the key has not been seen in this batch.
    pub(super) fn is_new_key(&mut self, key: &str) -> bool {
        self.keys.insert(key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{SpanKind, SpanRecord};

    fn span(name: &str, start_us: Micros, parent: Option<u8>) -> TracedSpan {
        TracedSpan {
            trace_id: [1; 16],
            keys: Vec::new(),
            order: None,
            span: SpanRecord {
                span_id: [1; 8],
                parent_id: parent.map(|id| [id; 8]),
                service: "orders".to_owned(),
                name: name.to_owned(),
                kind: SpanKind::Server,
                start_us,
                duration_us: 10,
                error: false,
                status: String::new(),
                detail: String::new(),
            },
        }
    }

    #[test]
    fn a_trace_is_called_after_the_span_without_a_parent_and_until_then_after_the_earliest() {
        let mut summary = Summary::default();
        for (one, called) in [
            (span("late", 50, Some(9)), "late"),
            (span("early", 20, Some(9)), "early"),
            (span("between", 30, Some(9)), "early"),
            (span("root", 40, None), "root"),
            (span("earliest", 1, Some(9)), "root"),
        ] {
            summary.add(&one, 1);
            assert_eq!(summary.name, called);
        }
        assert_eq!((summary.spans, summary.ended_us), (5, 60));
        assert_eq!(summary.words, "late\nearly\nbetween\nroot\nearliest\n");
    }
}
