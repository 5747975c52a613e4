//! Months, in which orders are kept: the one of an order is in its id.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::{Builder, Uuid};

/// A calendar month (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    /// 1 to 12.
    month: u32,
}

impl Month {
    /// The month of a time.
    pub fn of(time: DateTime<Utc>) -> Self {
        Self {
            year: time.year(),
            month: time.month(),
        }
    }

    /// The month of an order's id; none if the id does not tell a time.
    pub fn of_id(order_id: Uuid) -> Option<Self> {
        let (seconds, nanos) = order_id.get_timestamp()?.to_unix();
        let time = DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)?;
        Some(Self::of(time))
    }

    /// As it is written in the names of partitions: `2027_01`.
    pub fn named(name: &str) -> Option<Self> {
        let (year, month) = name.split_once('_')?;
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        NaiveDate::from_ymd_opt(year, month, 1)?;
        Some(Self { year, month })
    }

    /// The month so many months later, or earlier.
    pub fn plus(self, months: i32) -> Self {
        let months = self.year * 12 + self.month as i32 - 1 + months;
        Self {
            year: months.div_euclid(12),
            month: months.rem_euclid(12) as u32 + 1,
        }
    }

    /// Below every id that is made in it, above every id that was made before.
    pub fn first_id(self) -> Uuid {
        let first_day = NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default();
        let begins = first_day.and_time(chrono::NaiveTime::MIN).and_utc();
        let millis = u64::try_from(begins.timestamp_millis()).unwrap_or_default();
        // Without version and variant, which sort after nothing.
        let id = Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid();
        Uuid::from_u128(id.as_u128() >> 80 << 80)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}_{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use souk_kit::Ids;

    use super::*;

    fn month(name: &str) -> Month {
        Month::named(name).unwrap()
    }

    fn id_at(time: &str) -> Uuid {
        Ids::system().at(time.parse().unwrap())
    }

    #[test]
    fn the_last_millisecond_of_a_year_is_in_its_december_and_the_next_in_january() {
        let last = id_at("2026-12-31T23:59:59.999Z");
        let first = id_at("2027-01-01T00:00:00Z");
        assert_eq!(Month::of_id(last), Some(month("2026_12")));
        assert_eq!(Month::of_id(first), Some(month("2027_01")));
        let border = month("2027_01").first_id();
        assert!(last < border && border < first, "{last} {border} {first}");
    }

    #[test]
    fn months_go_over_the_turn_of_the_year_both_ways() {
        assert_eq!(month("2026_12").plus(1), month("2027_01"));
        assert_eq!(month("2027_01").plus(-1), month("2026_12"));
        assert_eq!(month("2027_01").plus(-24), month("2025_01"));
        assert_eq!(month("2026_11").to_string(), "2026_11");
    }

    #[test]
    fn what_is_no_month_is_none() {
        for name in ["2026_13", "2026", "rest", "2026_00", "until_2026_12"] {
            assert_eq!(Month::named(name), None, "{name}");
        }
        assert_eq!(Month::of_id(Uuid::nil()), None);
    }
}
