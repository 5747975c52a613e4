//! Numbers and times as few letters as can be read.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// The text of a string, nothing of anything else.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A number, or how many there are in a list.
pub(super) fn count(value: &Value) -> u64 {
    match value {
        Value::Array(list) => list.len() as u64,
        other => other.as_u64().unwrap_or(0),
    }
}

/// `12.50 EUR`, whose minor unit is a hundredth.
pub(super) fn money(total: &Value) -> String {
    let Some(minor) = total["amount_minor"].as_i64() else {
        return String::new();
    };
    let currency = total["currency"].as_str().unwrap_or_default();
    format!("{}.{:02} {currency}", minor / 100, minor % 100)
}

/// `12 s`, `5 min`, `1 h 5 min`, `2 d 3 h`: from one time to another.
pub(super) fn between(from: &Value, to: &Value) -> String {
    let (Some(from), Some(to)) = (time(from), time(to)) else {
        return String::new();
    };
    match (to - from).num_seconds().max(0) {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ ..3_600 => format!("{} min", seconds / 60),
        seconds @ ..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        seconds => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// `0`, `0.5`, `12.5`, `340`; nothing where nothing is known.
pub(super) fn rate(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(rate) if rate >= 100.0 => format!("{rate:.0}"),
        Some(rate) => format!("{rate:.1}"),
    }
}

/// `12 ms`, `1.50 s`; nothing where nothing is known.
pub(super) fn seconds(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(seconds) if seconds < 1.0 => format!("{:.0} ms", seconds * 1_000.0),
        Some(seconds) => format!("{seconds:.2} s"),
    }
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_span_has_two_units_at_most() {
        let from = json!("2030-01-01T00:00:00Z");
        let to = |text: &str| between(&from, &json!(text));
        assert_eq!(to("2030-01-01T00:00:12.9Z"), "12 s");
        assert_eq!(to("2030-01-01T01:05:00Z"), "1 h 5 min");
        assert_eq!(to("2030-01-03T03:00:00Z"), "2 d 3 h");
        assert_eq!(to("2029-01-01T00:00:00Z"), "0 s", "clocks are set");
        assert_eq!(between(&Value::Null, &from), "");
    }

    #[test]
    fn money_has_two_decimals() {
        assert_eq!(
            money(&json!({ "amount_minor": 1_205, "currency": "EUR" })),
            "12.05 EUR"
        );
        assert_eq!(money(&Value::Null), "");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(rate(Some(0.5)), "0.5");
        assert_eq!(rate(Some(340.4)), "340");
        assert_eq!(seconds(Some(0.34)), "340 ms");
        assert_eq!(seconds(Some(1.5)), "1.50 s");
        assert_eq!(seconds(None), "");
    }
}
