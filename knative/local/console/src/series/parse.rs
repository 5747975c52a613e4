//! Prometheus' text format, as the runtime's own parts write it. A line that is not understood is left out.

use std::collections::BTreeMap;

use super::{Amount, Sample};
use crate::record::{SeriesKind, SeriesRecord, Source};

/// All samples of a text, sorted by name and labels. Buckets become histograms.
pub(crate) fn parse(text: &str) -> Vec<Sample> {
    let mut reading = Reading::default();
    for line in text.lines() {
        reading.line(line.trim());
    }
    reading.samples()
}

/// Sorted by name.
type Labels = Vec<(String, String)>;

#[derive(Default)]
struct Reading<'a> {
    kinds: BTreeMap<&'a str, &'a str>,
    helps: BTreeMap<&'a str, String>,
    numbers: BTreeMap<(&'a str, Labels), f64>,
    histograms: BTreeMap<(&'a str, Labels), Histogram>,
}

#[derive(Default)]
struct Histogram {
    /// Bound and how many up to it.
    buckets: Vec<(String, f64)>,
    sum: f64,
}

impl<'a> Reading<'a> {
    fn line(&mut self, line: &'a str) {
        if let Some(comment) = line.strip_prefix("# ") {
            self.comment(comment);
        } else if let Some((name, labels, value)) = sample(line) {
            self.sample(name, labels, value);
        }
    }

    fn comment(&mut self, comment: &'a str) {
        let mut words = comment.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some("TYPE"), Some(name), Some(kind)) => {
                self.kinds.insert(name, kind.trim());
            }
            (Some("HELP"), Some(name), help) => {
                let help = unescaped(help.unwrap_or_default());
                self.helps.insert(name, help);
            }
            _ => (),
        }
    }

    fn sample(&mut self, name: &'a str, mut labels: Labels, value: f64) {
        let family = |suffix| {
            let family = name.strip_suffix(suffix)?;
            (self.kinds.get(family) == Some(&"histogram")).then_some(family)
        };
        if let Some(family) = family("_bucket") {
            let Some(at) = labels.iter().position(|(name, _)| name == "le") else {
                return;
            };
            let (_, bound) = labels.remove(at);
            let histogram = self.histograms.entry((family, labels)).or_default();
            histogram.buckets.push((bound, value));
        } else if let Some(family) = family("_sum") {
            self.histograms.entry((family, labels)).or_default().sum = value;
        } else if family("_count").is_none() {
            self.numbers.insert((name, labels), value);
        }
    }

    fn samples(self) -> Vec<Sample> {
        let mut samples = Vec::with_capacity(self.numbers.len() + self.histograms.len());
        for ((name, labels), value) in &self.numbers {
            let kind = match self.kinds.get(name) {
                Some(&"counter") => SeriesKind::Counter,
                _ => SeriesKind::Gauge,
            };
            let amount = Amount {
                value: *value,
                counts: Vec::new(),
            };
            samples.push(self.of(name, labels, kind, Vec::new(), amount));
        }
        for ((name, labels), histogram) in &self.histograms {
            let (bounds, counts) = histogram.apart();
            let amount = Amount {
                value: histogram.sum,
                counts,
            };
            samples.push(self.of(name, labels, SeriesKind::Histogram, bounds, amount));
        }
        samples.sort_by(|one, other| {
            let key = |sample: &Sample| (sample.series.name.clone(), sample.series.labels.clone());
            key(one).cmp(&key(other))
        });
        samples
    }

    fn of(
        &self,
        name: &str,
        labels: &Labels,
        kind: SeriesKind,
        bounds: Vec<String>,
        amount: Amount,
    ) -> Sample {
        Sample {
            series: SeriesRecord {
                source: Source::Platform,
                name: name.to_owned(),
                kind,
                unit: unit(name).to_owned(),
                help: self.helps.get(name).cloned().unwrap_or_default(),
                labels: labels.clone(),
                bounds,
            },
            amount,
        }
    }
}

impl Histogram {
    /// Bounds but the last, and how many fell into each bucket alone.
    fn apart(&self) -> (Vec<String>, Vec<u64>) {
        let mut before = 0;
        let counts = self.buckets.iter().map(|(_, up_to)| {
            let up_to = *up_to as u64;
            let count = up_to.saturating_sub(before);
            before = up_to;
            count
        });
        let counts = counts.collect();
        let bounds = self.buckets.iter().map(|(bound, _)| bound.clone());
        let bounds = bounds.filter(|bound| bound != "+Inf").collect();
        (bounds, counts)
    }
}

/// The unit that a name ends in.
fn unit(name: &str) -> &'static str {
    let name = name.strip_suffix("_total").unwrap_or(name);
    match name.rsplit_once('_').map(|(_, last)| last) {
        Some("seconds") => "s",
        Some("milliseconds" | "ms") => "ms",
        Some("bytes") => "By",
        _ => "",
    }
}

/// `name{label="value",...} number [time]`.
fn sample(line: &str) -> Option<(&str, Labels, f64)> {
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    let (mut labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => self::labels(rest)?,
        None => (Vec::new(), rest),
    };
    labels.sort();
    let value = match rest.split_whitespace().next()? {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        number => number.parse().ok()?,
    };
    (!name.is_empty() && value.is_finite()).then_some((name, labels, value))
}

/// Labels up to the closing brace, and what follows it.
fn labels(mut rest: &str) -> Option<(Labels, &str)> {
    let mut labels = Vec::new();
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        if let Some(rest) = rest.strip_prefix('}') {
            return Some((labels, rest));
        }
        let (name, after) = rest.split_once("=\"")?;
        let end = closing_quote(after)?;
        let (value, after) = after.split_at(end);
        labels.push((name.trim().to_owned(), unescaped(value)));
        rest = &after[1..];
    }
}

/// Where the first `"` without a backslash before it stands.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if !escaped => return Some(at),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => (),
            },
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_kind_that_stands_above_them() {
        let text = "# TYPE kn_pods gauge\nkn_pods{b=\"2\",a=\"x,\\\"}\"} 3 1700000000\nkn_pods 1\n\
                    # TYPE n_total counter\nn_total 2e3\nother NaN\nbroken{a=\"\n";
        let samples = parse(text);
        let short = |sample: &Sample| {
            let labels: Vec<_> = sample.series.labels.clone();
            (
                sample.series.name.clone(),
                sample.series.kind,
                labels,
                sample.amount.value,
            )
        };
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = [
            ("kn_pods".to_owned(), SeriesKind::Gauge, vec![], 1.0),
            (
                "kn_pods".to_owned(),
                SeriesKind::Gauge,
                vec![label("a", "x,\"}"), label("b", "2")],
                3.0,
            ),
            ("n_total".to_owned(), SeriesKind::Counter, vec![], 2000.0),
        ];
        assert_eq!(samples.iter().map(short).collect::<Vec<_>>(), expected);
    }
}
