//! What of all samples is worth a point: what has changed.

use std::collections::{HashMap, HashSet};

use super::{Amount, Sample};
use crate::record::{PointRecord, SeriesKind, SeriesRecord};

/// Remembers how everything stood.
#[derive(Debug)]
pub(crate) struct Snapshots {
    last: HashMap<SeriesRecord, Amount>,
    /// Seconds since 1970.
    taken_at: i64,
}

impl Snapshots {
    /// Nothing has been counted yet at `now`, in seconds since 1970.
    pub(crate) fn new(now: i64) -> Self {
        Self {
            last: HashMap::new(),
            taken_at: now,
        }
    }

    /// The points of `samples` at `now` that say something new.
    ///
    /// A count that is seen for the first time was zero before: otherwise what a function did in its first seconds would be no increase.
    /// A gauge that is gone is zero.
    pub(crate) fn changes(
        &mut self,
        samples: Vec<Sample>,
        now: i64,
    ) -> Vec<(SeriesRecord, PointRecord)> {
        let mut points = Vec::new();
        self.gone(&samples, now, &mut points);
        for Sample { series, amount } in samples {
            let before = self.last.get(&series);
            if before == Some(&amount) {
                continue;
            }
            if before.is_none() && series.kind != SeriesKind::Gauge && self.taken_at < now {
                let nothing = Amount {
                    value: 0.0,
                    counts: vec![0; amount.counts.len()],
                };
                points.push((series.clone(), point(self.taken_at, nothing)));
            }
            points.push((series.clone(), point(now, amount.clone())));
            self.last.insert(series, amount);
        }
        self.taken_at = now;
        points
    }

    fn gone(
        &mut self,
        samples: &[Sample],
        now: i64,
        points: &mut Vec<(SeriesRecord, PointRecord)>,
    ) {
        let here: HashSet<&SeriesRecord> = samples.iter().map(|sample| &sample.series).collect();
        let nothing = Amount::default();
        for (series, amount) in &mut self.last {
            let gone = series.kind == SeriesKind::Gauge && !here.contains(series);
            if gone && *amount != nothing {
                points.push((series.clone(), point(now, Amount::default())));
                *amount = Amount::default();
            }
        }
    }
}

fn point(at: i64, amount: Amount) -> PointRecord {
    PointRecord {
        at,
        value: amount.value,
        counts: amount.counts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::parse;

    fn values(points: &[(SeriesRecord, PointRecord)]) -> Vec<(i64, f64)> {
        points
            .iter()
            .map(|(_, point)| (point.at, point.value))
            .collect()
    }

    #[test]
    fn only_what_changed_is_a_point_and_a_new_count_was_zero_before() {
        let mut snapshots = Snapshots::new(100);
        let count = |number: u32| parse(&format!("# TYPE n_total counter\nn_total {number}"));
        assert_eq!(
            values(&snapshots.changes(count(3), 110)),
            [(100, 0.0), (110, 3.0)]
        );
        assert!(snapshots.changes(count(3), 120).is_empty());
        assert_eq!(values(&snapshots.changes(count(4), 130)), [(130, 4.0)]);
    }

    #[test]
    fn a_gauge_that_is_gone_is_zero_once() {
        let mut snapshots = Snapshots::new(100);
        assert_eq!(
            values(&snapshots.changes(parse("pods 3"), 110)),
            [(110, 3.0)]
        );
        assert_eq!(values(&snapshots.changes(Vec::new(), 120)), [(120, 0.0)]);
        assert!(snapshots.changes(Vec::new(), 130).is_empty());
    }
}
