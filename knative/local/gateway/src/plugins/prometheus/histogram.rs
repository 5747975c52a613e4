//! A histogram of milliseconds with Kong's buckets.

use std::fmt::Write as _;
use std::time::Duration;

/// For what the gateway itself takes.
pub(crate) const OWN: &[f64] = &[
    1., 2., 5., 7., 10., 15., 20., 30., 50., 75., 100., 200., 500., 750., 1000., 3000., 6000.,
];

/// For what includes the upstream.
pub(crate) const UPSTREAM: &[f64] = &[
    25., 50., 80., 100., 250., 400., 700., 1000., 2000., 5000., 10000., 30000., 60000.,
];

/// Observations in buckets.
pub(crate) struct Histogram {
    bounds: &'static [f64],
    /// How many fell into each bucket and no smaller one; the last is beyond all bounds.
    counts: Vec<u64>,
    sum: f64,
}

impl Histogram {
    pub(crate) fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            counts: vec![0; bounds.len() + 1],
            sum: 0.0,
        }
    }

    pub(crate) fn observe(&mut self, duration: Duration) {
        let milliseconds = (duration.as_secs_f64() * 1e3).floor();
        let bucket = self.bounds.partition_point(|bound| *bound < milliseconds);
        self.counts[bucket] += 1;
        self.sum += milliseconds;
    }

    /// Appends the lines of this histogram.
    pub(crate) fn write(&self, name: &str, labels: &str, text: &mut String) {
        let mut count = 0;
        for (in_bucket, bound) in self.counts.iter().zip(self.bounds) {
            count += in_bucket;
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
        }
        count += self.counts.last().copied().unwrap_or_default();
        let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
        let _ = writeln!(text, "{name}_count{{{labels}}} {count}");
        let _ = writeln!(text, "{name}_sum{{{labels}}} {}", self.sum);
    }
}
