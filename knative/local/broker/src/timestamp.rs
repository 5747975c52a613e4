//! The attribute `time`, by the rules of `java.time.OffsetDateTime`, which Knative's Kafka broker uses.

use chrono::{DateTime, FixedOffset, NaiveDateTime, SecondsFormat, Utc};

/// Reads `text` and writes it as the broker would: the offset is kept, the fraction loses its trailing zeros.
pub(crate) fn normal(text: &str) -> Option<String> {
    parse(text).map(|time| {
        let fraction = format!("{:09}", time.timestamp_subsec_nanos());
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        let offset = match time.offset().local_minus_utc() {
            0 => "Z".to_owned(),
            _ => time.format("%:z").to_string(),
        };
        format!(
            "{}{point}{fraction}{offset}",
            time.format("%Y-%m-%dT%H:%M:%S")
        )
    })
}

/// The instant in UTC, the fraction in groups of three digits, as filters see it.
pub(crate) fn instant(text: &str) -> Option<String> {
    parse(text).map(|time| {
        time.with_timezone(&Utc)
            .to_rfc3339_opts(SecondsFormat::AutoSi, true)
    })
}

fn parse(text: &str) -> Option<DateTime<FixedOffset>> {
    let upper = text.to_ascii_uppercase();
    let between = upper.as_bytes().get(10)?;
    // chrono also takes a blank between date and time, leap seconds, and any number of digits; Java does not.
    if *between != b'T' || upper.get(16..19) == Some(":60") || fraction_digits(&upper) > 9 {
        return None;
    }
    DateTime::parse_from_rfc3339(&upper)
        .ok()
        .or_else(|| without_seconds(&upper))
}

fn fraction_digits(text: &str) -> usize {
    let Some((_, rest)) = text.split_once('.') else {
        return 0;
    };
    rest.bytes().take_while(u8::is_ascii_digit).count()
}

fn without_seconds(text: &str) -> Option<DateTime<FixedOffset>> {
    let (local, offset) = text.split_at_checked(16)?;
    NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").ok()?;
    DateTime::parse_from_rfc3339(&format!("{local}:00{offset}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_keeps_its_offset_and_loses_trailing_zeros() {
        for (given, kept) in [
            ("2026-01-02T03:04:05Z", Some("2026-01-02T03:04:05Z")),
            (
                "2026-01-02T03:04:05.120+02:00",
                Some("2026-01-02T03:04:05.12+02:00"),
            ),
            ("2026-01-02T03:04:05.000Z", Some("2026-01-02T03:04:05Z")),
            ("2026-01-02t03:04:05+00:00", Some("2026-01-02T03:04:05Z")),
            ("2026-01-02T03:04Z", Some("2026-01-02T03:04:00Z")),
            ("2026-01-02 03:04:05Z", None),
            ("2026-01-02T03:04:60Z", None),
            ("2026-01-02T03:04:05.1234567891Z", None),
            ("2026-02-30T03:04:05Z", None),
            ("2026-01-02T03:04:05", None),
            ("2026-01-02", None),
            ("yesterday ü ü", None),
            ("", None),
        ] {
            assert_eq!(normal(given).as_deref(), kept, "{given}");
        }
    }

    #[test]
    fn a_filter_sees_the_instant_in_utc() {
        assert_eq!(
            instant("2026-01-02T03:04:05.5+02:00").as_deref(),
            Some("2026-01-02T01:04:05.500Z")
        );
    }
}
