//! Durations as people write them: `30m`, `1h30m`, `500ms`.

use std::time::Duration;

/// By how they are written; longer names first.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
];

/// Numbers with units, joined.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration: write 30m, 25h, 1h30m, 2d, 90s or 500ms");
    let (mut rest, mut milliseconds) = (text, 0_u64);
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let (name, length) = UNITS
            .iter()
            .find(|(name, _)| unit.starts_with(name))
            .ok_or_else(wrong)?;
        let part = number.checked_mul(*length);
        let sum = part.and_then(|part| milliseconds.checked_add(part));
        milliseconds = sum.ok_or_else(wrong)?;
        rest = &unit[name.len()..];
    }
    let given = !text.is_empty();
    given
        .then_some(Duration::from_millis(milliseconds))
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_add_up() {
        for (text, milliseconds) in [
            ("30m", 1_800_000),
            ("1h30m", 5_400_000),
            ("2d", 172_800_000),
            ("500ms", 500),
            ("1m500ms", 60_500),
            ("0s", 0),
        ] {
            assert_eq!(
                parse(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "30",
            "m",
            "-1s",
            "1 h",
            "1y",
            "99999999999999999999s",
            "9999999999999999d",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
