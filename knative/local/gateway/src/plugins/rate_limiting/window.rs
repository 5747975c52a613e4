//! The windows in which requests are counted: calendar periods in UTC, not sliding ones.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// A kind of window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Period {
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Year,
}

impl Period {
    /// As it is configured.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// How long it counts as; a month has 30 days and a year 365.
    pub(crate) fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Month => 2_592_000,
            Self::Year => 31_536_000,
        }
    }

    /// When the window began that this moment is in, in seconds since 1970.
    pub(crate) fn start(self, now: DateTime<Utc>) -> i64 {
        let first = |month| {
            let day = NaiveDate::from_ymd_opt(now.year(), month, 1).unwrap_or_default();
            day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()
        };
        match self {
            Self::Month => first(now.month()),
            Self::Year => first(1),
            other => now.timestamp() - now.timestamp().rem_euclid(other.seconds()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_begin_where_the_calendar_says() {
        let now: DateTime<Utc> = "2024-03-17T21:46:39.5Z".parse().unwrap();
        for (period, start) in [
            (Period::Second, "2024-03-17T21:46:39Z"),
            (Period::Minute, "2024-03-17T21:46:00Z"),
            (Period::Hour, "2024-03-17T21:00:00Z"),
            (Period::Day, "2024-03-17T00:00:00Z"),
            (Period::Month, "2024-03-01T00:00:00Z"),
            (Period::Year, "2024-01-01T00:00:00Z"),
        ] {
            let expected: DateTime<Utc> = start.parse().unwrap();
            assert_eq!(period.start(now), expected.timestamp(), "{period:?}");
        }
    }
}
