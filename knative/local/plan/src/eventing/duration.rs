//! ISO 8601 durations: `PT0.5S`.

/// What the broker makes of it: milliseconds, cut to tenths of a second.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    let body = text.strip_prefix('P')?;
    let (days, times) = match body.split_once('T') {
        Some((days, times)) if !times.is_empty() => (days, times),
        Some(_) => return None,
        None => (body, ""),
    };
    if body.is_empty() {
        return None;
    }
    let seconds = sum(days, &[('W', 604_800.0), ('D', 86_400.0)])?
        + sum(times, &[('H', 3_600.0), ('M', 60.0), ('S', 1.0)])?;
    // The guess that 0.3 s are 0.2999... in binary would cost a tenth.
    Some((seconds * 10.0 + 1e-6) as u64 * 100)
}

/// Numbers each followed by a unit, units in this order.
fn sum(text: &str, units: &[(char, f64)]) -> Option<f64> {
    let mut rest = text;
    let mut sum = 0.0;
    for (unit, seconds) in units {
        if let Some((number, further)) = rest.split_once(*unit) {
            let is_plain = number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
            sum += number
                .replace(',', ".")
                .parse::<f64>()
                .ok()
                .filter(|_| is_plain)?
                * seconds;
            rest = further;
        }
    }
    rest.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_cut_to_tenths_of_a_second() {
        for (text, expected) in [
            ("PT0.5S", Some(500)),
            ("PT0.29S", Some(200)),
            ("PT0.3S", Some(300)),
            ("PT0.05S", Some(0)),
            ("PT1,5S", Some(1_500)),
            ("PT1M30S", Some(90_000)),
            ("P1DT1H", Some(90_000_000)),
            ("P1W", Some(604_800_000)),
            ("PT", None),
            ("P", None),
            ("PT5", None),
            ("PT1S1M", None),
            ("5s", None),
            ("PT-1S", None),
            ("P1M", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }
}
