//! Times of the API: RFC 3339, UTC, microseconds.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::record::Micros;

/// Since 1970. Times before are 1970.
pub(crate) fn micros(time: SystemTime) -> Micros {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Micros::try_from(since.as_micros()).unwrap_or(Micros::MAX)
}

/// As the API writes it.
pub(crate) fn rfc3339(micros: Micros) -> String {
    let time = DateTime::<Utc>::from_timestamp_micros(micros).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// As somebody wrote it.
pub(crate) fn parse(text: &str) -> Option<Micros> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_same_there_and_back() {
        let text = "2026-11-26T05:14:39.000123Z";
        assert_eq!(parse(text).map(rfc3339).as_deref(), Some(text));
        assert_eq!(parse("yesterday"), None);
        assert_eq!(micros(UNIX_EPOCH), 0);
    }
}
