//! Questions to metrics: values, rates and quantiles over time. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Amount;
use crate::record::SeriesKind;
use crate::store::StoredSeries;

/// Rates look back over at least that many seconds: points come every ten.
const WINDOW_LEAST: i64 = 30;

/// What is asked of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum As {
    /// How it stands; of a histogram, how many.
    Value,
    /// How much it grew per second; of a histogram, how many came per second.
    Rate,
    /// The value that this share of what came was below.
    Quantile(f64),
}

/// A question.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    /// Seconds since 1970.
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Seconds between two answers.
    pub(crate) step: i64,
    pub(crate) of: As,
    /// The labels that lines are told apart by; the others are added up. `None`: all of them.
    pub(crate) by: Option<Vec<String>>,
    /// Labels that a series must have.
    pub(crate) with: Vec<(String, String)>,
}

/// One line of a plot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Line {
    pub(crate) labels: BTreeMap<String, String>,
    /// Seconds since 1970, and the value or null.
    pub(crate) points: Vec<(i64, Option<f64>)>,
}

/// A series whose counts never fall: a new start from zero goes on where the last one ended.
struct Grown<'a> {
    series: &'a StoredSeries,
    points: Vec<(i64, Amount)>,
}

/// The answer, sorted by labels.
pub(crate) fn evaluate(series: &[StoredSeries], query: &Query) -> Vec<Line> {
    let mut groups: BTreeMap<BTreeMap<String, String>, Vec<Grown<'_>>> = BTreeMap::new();
    for one in series {
        let has = |(name, value): &(String, String)| one.labels.get(name) == Some(value);
        if query.with.iter().all(has) {
            let labels = group(one, query.by.as_deref());
            groups.entry(labels).or_default().push(grown(one));
        }
    }
    groups
        .into_iter()
        .map(|(labels, members)| Line {
            labels,
            points: line(&members, query),
        })
        .collect()
}

fn group(series: &StoredSeries, by: Option<&[String]>) -> BTreeMap<String, String> {
    let Some(by) = by else {
        return series.labels.clone();
    };
    let named = by.iter().map(|name| {
        let value = series.labels.get(name).cloned();
        (name.clone(), value.unwrap_or_default())
    });
    named.collect()
}

fn line(members: &[Grown<'_>], query: &Query) -> Vec<(i64, Option<f64>)> {
    let mut points = Vec::new();
    let mut at = query.from;
    while at <= query.to {
        let value = match query.of {
            As::Value => sum(members.iter().map(|one| one.value(at))),
            As::Rate => {
                let window = query.step.max(WINDOW_LEAST);
                sum(members.iter().map(|one| one.rate(at, window)))
            }
            As::Quantile(share) => quantile(members, at, query.step.max(WINDOW_LEAST), share),
        };
        points.push((at, value));
        at += query.step;
    }
    points
}

/// Of those that are known; nothing when none is.
fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().reduce(|one, other| one + other)
}

fn grown(series: &StoredSeries) -> Grown<'_> {
    let mut points = Vec::with_capacity(series.points.len());
    let mut base = Amount::default();
    let mut last = Amount::default();
    for point in &series.points {
        let now = Amount {
            value: point.value,
            counts: point.counts.clone(),
        };
        let fell = match series.kind {
            SeriesKind::Gauge => false,
            SeriesKind::Counter => now.value < last.value,
            SeriesKind::Histogram => now.count() < last.count(),
        };
        if fell {
            base.add(&last);
        }
        let mut grown = base.clone();
        grown.add(&now);
        points.push((point.at, grown));
        last = now;
    }
    Grown { series, points }
}

impl Grown<'_> {
    /// The last point at or before.
    fn at(&self, at: i64) -> Option<usize> {
        self.points
            .partition_point(|(time, _)| *time <= at)
            .checked_sub(1)
    }

    /// As it stood, without what came before a new start.
    fn value(&self, at: i64) -> Option<f64> {
        let point = self.series.points.get(self.at(at)?)?;
        Some(match self.series.kind {
            SeriesKind::Histogram => point.counts.iter().sum::<u64>() as f64,
            SeriesKind::Counter | SeriesKind::Gauge => point.value,
        })
    }

    /// From the first point on: before it nothing is known, so nothing grew.
    fn between(&self, from: i64, to: i64) -> Option<(&Amount, &Amount)> {
        let end = self.at(to)?;
        let start = self.at(from).unwrap_or_default();
        Some((&self.points.get(start)?.1, &self.points.get(end)?.1))
    }

    fn rate(&self, at: i64, window: i64) -> Option<f64> {
        let (start, end) = self.between(at - window, at)?;
        let grown = match self.series.kind {
            SeriesKind::Histogram => (end.count() - start.count().min(end.count())) as f64,
            SeriesKind::Counter | SeriesKind::Gauge => end.value - start.value,
        };
        Some(grown / window as f64)
    }
}

/// As PromQL's `histogram_quantile`: within a bucket it grows in a straight line. Members with other buckets are left out.
fn quantile(members: &[Grown<'_>], at: i64, window: i64, share: f64) -> Option<f64> {
    let bounds = &members.first()?.series.bounds;
    let mut counts = vec![0_u64; bounds.len() + 1];
    for member in members.iter().filter(|one| one.series.bounds == *bounds) {
        let Some((start, end)) = member.between(at - window, at) else {
            continue;
        };
        for (number, count) in counts.iter_mut().enumerate() {
            let of = |amount: &Amount| amount.counts.get(number).copied().unwrap_or_default();
            *count += of(end).saturating_sub(of(start));
        }
    }
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    let wanted = share * total as f64;
    let mut before = 0.0;
    for (number, count) in counts.iter().enumerate() {
        let up_to = before + *count as f64;
        if up_to >= wanted && *count > 0 {
            let low = number.checked_sub(1).and_then(|one| bounds.get(one));
            let low = low.copied().unwrap_or_default();
            // Beyond the last bound nothing is known: the answer is that bound.
            let high = bounds.get(number).copied().unwrap_or(low);
            return Some(low + (high - low) * (wanted - before) / *count as f64);
        }
        before = up_to;
    }
    bounds.last().copied()
}

#[cfg(test)]
mod tests;
