//! What Prometheus calls an OpenTelemetry metric: the rules of OpenTelemetry's specification, "Prometheus and OpenMetrics compatibility".

use crate::record::SeriesKind;

/// Units as words. What is not here stays as it is.
const UNITS: [(&str, &str); 20] = [
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("KBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("%", "percent"),
];

/// Units of time after `/`.
const PER: [(&str, &str); 5] = [
    ("s", "second"),
    ("m", "minute"),
    ("min", "minute"),
    ("h", "hour"),
    ("d", "day"),
];

/// The name with its unit and, of a counter, `_total`.
pub(super) fn metric(name: &str, unit: &str, kind: SeriesKind) -> String {
    let mut words = clean(name);
    let unit = match (unit, kind) {
        ("1", SeriesKind::Gauge) => "ratio".to_owned(),
        _ => unit_words(unit),
    };
    let is_counter = kind == SeriesKind::Counter;
    if is_counter && let Some(rest) = words.strip_suffix("_total") {
        words = rest.to_owned();
    }
    let ends_so = words == unit || words.ends_with(&format!("_{unit}"));
    if !unit.is_empty() && !ends_so {
        words = format!("{words}_{unit}");
    }
    if is_counter {
        words.push_str("_total");
    }
    match words.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("_{words}"),
        false => words,
    }
}

/// The name of a label.
pub(super) fn label(name: &str) -> String {
    let name = clean(name);
    match name.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("key_{name}"),
        false => name,
    }
}

/// Letters, digits and single underscores.
fn clean(name: &str) -> String {
    let mut words = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter.is_ascii_alphanumeric() {
            true => words.push(letter),
            false if words.ends_with('_') => (),
            false => words.push('_'),
        }
    }
    words
}

fn unit_words(unit: &str) -> String {
    let unit = without_annotations(unit);
    let word = |table: &[(&str, &str)], unit: &str| {
        let found = table.iter().find(|(short, _)| *short == unit);
        found.map_or_else(|| clean(unit), |(_, long)| (*long).to_owned())
    };
    match unit.split_once('/') {
        None if unit == "1" => String::new(),
        None => word(&UNITS, &unit),
        Some((of, per)) => {
            let (of, per) = (word(&UNITS, of), word(&PER, per));
            match (of.as_str(), per.as_str()) {
                (_, "") => of,
                ("", _) => format!("per_{per}"),
                _ => format!("{of}_per_{per}"),
            }
        }
    }
}

/// `{request}/s` is `/s`.
fn without_annotations(unit: &str) -> String {
    let mut depth = 0_usize;
    let mut rest = String::new();
    for letter in unit.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => rest.push(letter),
            _ => (),
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_called_as_prometheus_calls_it() {
        use SeriesKind::{Counter, Gauge, Histogram};
        for (name, unit, kind, expected) in [
            (
                "http.server.request.duration",
                "s",
                Histogram,
                "http_server_request_duration_seconds",
            ),
            (
                "souk.orders.transitions",
                "{order}",
                Counter,
                "souk_orders_transitions_total",
            ),
            (
                "souk.orders.revenue",
                "",
                Counter,
                "souk_orders_revenue_total",
            ),
            (
                "http.server.active_requests",
                "{request}",
                Gauge,
                "http_server_active_requests",
            ),
            ("a.total", "", Counter, "a_total"),
            ("a.seconds", "s", Counter, "a_seconds_total"),
            ("load", "1", Gauge, "load_ratio"),
            ("sent", "By/s", Gauge, "sent_bytes_per_second"),
            ("rate", "{request}/s", Gauge, "rate_per_second"),
            ("2xx", "", Gauge, "_2xx"),
        ] {
            assert_eq!(metric(name, unit, kind), expected);
        }
        assert_eq!(label("http.request.method"), "http_request_method");
        assert_eq!(label("2.x"), "key_2_x");
    }
}
