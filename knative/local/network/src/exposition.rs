//! Numbers in Prometheus' text format.

use std::fmt::Write as _;

/// Observations in buckets.
#[derive(Debug, Clone)]
pub struct Histogram {
    bounds: &'static [f64],
    /// How many fell into each bucket and no smaller one; the last is beyond all bounds.
    counts: Vec<u64>,
    sum: f64,
}

impl Histogram {
    /// Without observations. `bounds` rise.
    #[must_use]
    pub fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            counts: vec![0; bounds.len() + 1],
            sum: 0.0,
        }
    }

    /// Counts one, in the unit of the bounds.
    pub fn observe(&mut self, value: f64) {
        self.counts[self.bounds.partition_point(|bound| *bound < value)] += 1;
        self.sum += value;
    }

    /// Nothing was observed yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }

    /// Appends its lines. `labels` are `name="value"`, separated by commas.
    pub fn write(&self, name: &str, labels: &str, text: &mut String) {
        let mut count = 0;
        for (in_bucket, bound) in self.counts.iter().zip(self.bounds) {
            count += in_bucket;
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
        }
        count += self.counts.last().copied().unwrap_or_default();
        let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
        let _ = writeln!(text, "{name}_sum{{{labels}}} {}", self.sum);
        let _ = writeln!(text, "{name}_count{{{labels}}} {count}");
    }
}

/// Appends what stands before the lines of a metric: what it is, and its kind, such as `counter`.
pub fn metric_head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// A label's value as it stands between quotes.
#[must_use]
pub fn escaped_label(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bucket_counts_what_is_not_longer_than_its_bound() {
        let mut histogram = Histogram::new(&[0.005, 0.01, 0.1, 10.0]);
        assert!(histogram.is_empty());
        for seconds in [0.005, 0.006, 0.1, 60.0] {
            histogram.observe(seconds);
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

    #[test]
    fn a_label_cannot_end_its_quotes() {
        assert_eq!(escaped_label("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
