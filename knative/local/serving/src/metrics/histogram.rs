//! Durations in buckets.

use std::fmt::Write as _;
use std::time::Duration;

/// The bounds that OpenTelemetry advises for durations of requests, in seconds.
const BOUNDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// Durations in buckets.
#[derive(Debug, Clone, Default)]
pub(super) struct Histogram {
    /// How many fell into each bucket and no smaller one; the last is beyond all bounds.
    counts: [u64; BOUNDS.len() + 1],
    sum: f64,
}

impl Histogram {
    pub(super) fn observe(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        self.counts[BOUNDS.partition_point(|bound| *bound < seconds)] += 1;
        self.sum += seconds;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }

    /// Appends its lines.
    pub(super) fn write(&self, name: &str, labels: &str, text: &mut String) {
        let mut count = 0;
        for (in_bucket, bound) in self.counts.iter().zip(BOUNDS) {
            count += in_bucket;
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
        }
        count += self.counts[BOUNDS.len()];
        let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
        let _ = writeln!(text, "{name}_sum{{{labels}}} {}", self.sum);
        let _ = writeln!(text, "{name}_count{{{labels}}} {count}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bucket_counts_what_is_not_longer_than_its_bound() {
        let mut histogram = Histogram::default();
        for millis in [5, 6, 100, 60_000] {
            histogram.observe(Duration::from_millis(millis));
        }
        let mut text = String::new();
        histogram.write("x", "a=\"b\"", &mut text);
        for line in [
            "x_bucket{a=\"b\",le=\"0.005\"} 1",
            "x_bucket{a=\"b\",le=\"0.01\"} 2",
            "x_bucket{a=\"b\",le=\"0.1\"} 3",
            "x_bucket{a=\"b\",le=\"10\"} 3",
            "x_bucket{a=\"b\",le=\"+Inf\"} 4",
            "x_sum{a=\"b\"} 60.111",
            "x_count{a=\"b\"} 4",
        ] {
            assert!(
                text.lines().any(|written| written == line),
                "{line}\n{text}"
            );
        }
    }
}
