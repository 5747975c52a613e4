//! What functions send, added up to one series for each function.
//!
//! Functions send what was added since they last did (delta). An instance that lives for three seconds sends once, and is no series of its
//! own. Whoever sends totals (cumulative) is understood as well: each start of a process is a stream, and the series is their sum.

use std::collections::{BTreeMap, VecDeque};

use super::{Amount, Sample};
use crate::record::{SeriesKind, SeriesRecord, Source};

/// More series are not taken.
const SERIES_MOST: usize = 5000;
/// So many of the last reports are known, to recognise one that comes again.
const KNOWN: usize = 16;
/// So many processes of one function may send totals side by side.
const STREAMS: usize = 16;
/// A total that may fall is forgotten when its process has been silent for that long, in nanoseconds.
const SILENT: u64 = 60_000_000_000;

/// What a metric is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Family {
    pub(super) kind: SeriesKind,
    pub(super) unit: String,
    pub(super) help: String,
}

/// How a report is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    /// What came in addition.
    Delta,
    /// All of it since the start.
    Total,
    /// How it is now.
    Now,
}

/// A report's times, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// All series of functions.
#[derive(Debug, Default)]
pub(crate) struct AddUp {
    families: BTreeMap<String, (Family, BTreeMap<Labels, Series>)>,
    count: usize,
}

/// Sorted by name.
type Labels = Vec<(String, String)>;

#[derive(Debug, Default)]
struct Series {
    bounds: Vec<String>,
    base: Amount,
    streams: Vec<Stream>,
    known: VecDeque<Times>,
}

#[derive(Debug)]
struct Stream {
    times: Times,
    last: Amount,
}

impl AddUp {
    /// Takes one report; false when there are too many series.
    pub(super) fn take(
        &mut self,
        name: &str,
        family: &Family,
        labels: Labels,
        bounds: Vec<String>,
        (report, times): (Report, Times),
        amount: Amount,
    ) -> bool {
        let full = self.count >= SERIES_MOST;
        if !self.families.contains_key(name) {
            if full {
                return false;
            }
            let known = (family.clone(), BTreeMap::new());
            self.families.insert(name.to_owned(), known);
        }
        let Some((known, series)) = self.families.get_mut(name) else {
            return false;
        };
        if known.kind != family.kind {
            return false;
        }
        if !series.contains_key(&labels) {
            if full {
                return false;
            }
            self.count += 1;
        }
        let one = series.entry(labels).or_default();
        if one.bounds != bounds {
            // Another version of the function has other buckets: what was counted in the old ones cannot be added to.
            *one = Series {
                bounds,
                ..Series::default()
            };
        }
        one.take(family.kind, report, times, amount);
        true
    }

    /// All of them, as they stand.
    pub(crate) fn samples(&self) -> Vec<Sample> {
        let mut samples = Vec::with_capacity(self.count);
        for (name, (family, all)) in &self.families {
            for (labels, one) in all {
                samples.push(Sample {
                    series: SeriesRecord {
                        source: Source::Functions,
                        name: name.clone(),
                        kind: family.kind,
                        unit: family.unit.clone(),
                        help: family.help.clone(),
                        labels: labels.clone(),
                        bounds: one.bounds.clone(),
                    },
                    amount: one.total(),
                });
            }
        }
        samples
    }
}

impl Series {
    fn take(&mut self, kind: SeriesKind, report: Report, times: Times, amount: Amount) {
        match report {
            Report::Delta => self.add(times, &amount),
            Report::Total => self.replace(times, amount, kind != SeriesKind::Gauge),
            // Whoever tells last is right: nobody says which instance it is.
            Report::Now => {
                let times = Times { start: 0, ..times };
                self.replace(times, amount, false);
            }
        }
    }

    fn add(&mut self, times: Times, amount: &Amount) {
        if self.known.contains(&times) {
            return;
        }
        if self.known.len() == KNOWN {
            self.known.pop_front();
        }
        self.known.push_back(times);
        self.base.add(amount);
    }

    fn replace(&mut self, times: Times, amount: Amount, keeps: bool) {
        if !keeps {
            let alive = |one: &Stream| one.times.end.saturating_add(SILENT) >= times.end;
            self.streams.retain(alive);
        }
        let known = self.streams.iter_mut();
        match known.into_iter().find(|one| one.times.start == times.start) {
            Some(stream) if stream.times.end > times.end => (),
            Some(stream) => {
                stream.times = times;
                stream.last = amount;
            }
            None => self.streams.push(Stream {
                times,
                last: amount,
            }),
        }
        if self.streams.len() > STREAMS {
            let gone = self.streams.remove(0);
            if keeps {
                self.base.add(&gone.last);
            }
        }
    }

    fn total(&self) -> Amount {
        let mut total = self.base.clone();
        for stream in &self.streams {
            total.add(&stream.last);
        }
        total
    }
}

#[cfg(test)]
mod tests;
