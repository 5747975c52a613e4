//! Series in Prometheus' text format.

use std::fmt::Write as _;

use super::{AddUp, Sample};
use crate::record::SeriesKind;

impl AddUp {
    /// What Prometheus reads at `/metrics/functions`.
    pub(crate) fn text(&self) -> String {
        text(&self.samples())
    }
}

/// Samples, sorted by name.
fn text(samples: &[Sample]) -> String {
    let mut text = String::new();
    let mut last = "";
    for sample in samples {
        let series = &sample.series;
        if series.name != last {
            let help = series.help.replace('\\', r"\\").replace('\n', r"\n");
            let _ = writeln!(text, "# HELP {} {help}", series.name);
            let _ = writeln!(text, "# TYPE {} {}", series.name, series.kind.name());
            last = &series.name;
        }
        match series.kind {
            SeriesKind::Histogram => histogram(&mut text, sample),
            SeriesKind::Counter | SeriesKind::Gauge => {
                let labels = labels(&series.labels, None);
                let _ = writeln!(text, "{}{labels} {}", series.name, sample.amount.value);
            }
        }
    }
    text
}

fn histogram(text: &mut String, sample: &Sample) {
    let series = &sample.series;
    let mut so_far = 0;
    let bounds = series.bounds.iter().map(String::as_str).chain(["+Inf"]);
    for (bound, count) in bounds.zip(&sample.amount.counts) {
        so_far += count;
        let labels = labels(&series.labels, Some(bound));
        let _ = writeln!(text, "{}_bucket{labels} {so_far}", series.name);
    }
    let labels = labels(&series.labels, None);
    let _ = writeln!(text, "{}_sum{labels} {}", series.name, sample.amount.value);
    let _ = writeln!(text, "{}_count{labels} {so_far}", series.name);
}

fn labels(labels: &[(String, String)], bound: Option<&str>) -> String {
    let named = labels
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<String> = named
        .chain(bound.map(|bound| ("le", bound)))
        .map(|(name, value)| {
            let value = value
                .replace('\\', r"\\")
                .replace('"', "\\\"")
                .replace('\n', r"\n");
            format!("{name}=\"{value}\"")
        })
        .collect();
    match all.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", all.join(",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{SeriesRecord, Source};
    use crate::series::Amount;

    fn sample(name: &str, kind: SeriesKind, bounds: &[&str], value: f64, counts: &[u64]) -> Sample {
        Sample {
            series: SeriesRecord {
                source: Source::Functions,
                name: name.to_owned(),
                kind,
                unit: String::new(),
                help: "Says \\ it.\nTwice.".to_owned(),
                labels: vec![("service_name".to_owned(), "a \"b\"".to_owned())],
                bounds: bounds.iter().map(|bound| (*bound).to_owned()).collect(),
            },
            amount: Amount {
                value,
                counts: counts.to_vec(),
            },
        }
    }

    fn samples() -> [Sample; 2] {
        [
            sample(
                "d_seconds",
                SeriesKind::Histogram,
                &["0.1", "1"],
                2.5,
                &[2, 1, 1],
            ),
            sample("n_total", SeriesKind::Counter, &[], 3.0, &[]),
        ]
    }

    #[test]
    fn buckets_are_added_up_and_labels_are_escaped() {
        let expected = r#"# HELP d_seconds Says \\ it.\nTwice.
# TYPE d_seconds histogram
d_seconds_bucket{service_name="a \"b\"",le="0.1"} 2
d_seconds_bucket{service_name="a \"b\"",le="1"} 3
d_seconds_bucket{service_name="a \"b\"",le="+Inf"} 4
d_seconds_sum{service_name="a \"b\""} 2.5
d_seconds_count{service_name="a \"b\""} 4
# HELP n_total Says \\ it.\nTwice.
# TYPE n_total counter
n_total{service_name="a \"b\""} 3
"#;
        assert_eq!(text(&samples()), expected);
    }

    #[test]
    fn what_is_written_is_read_again_as_it_was() {
        let mut samples = samples();
        let read = crate::series::parse(&text(&samples));
        for sample in &mut samples {
            sample.series.source = Source::Platform;
        }
        samples[0].series.unit = "s".to_owned();
        assert_eq!(read, samples);
    }
}
