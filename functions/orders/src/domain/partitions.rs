//! Which partitions of the orders there should be at a time: some months ahead, and none beyond what is kept.

use chrono::{DateTime, Utc};

use super::Month;

/// An order of next month is placed while nobody has swept for weeks, and has its partition all the same.
const MONTHS_AHEAD: i32 = 2;
const PREFIX: &str = "orders_";
const UNTIL: &str = "orders_until_";

/// A partition by its name: of one month, or of everything before one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Partition {
    /// Everything before this month: what was there before there were partitions.
    Until(Month),
    /// This month.
    Of(Month),
}

/// What is to be done about the partitions.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// Months that need a partition.
    pub make: Vec<Month>,
    /// Partitions that are older than what is kept. They are taken off and stay in the database, as tables of their own.
    pub detach: Vec<Partition>,
}

impl Partition {
    /// The partition of a name; none if the name is another's.
    pub fn named(name: &str) -> Option<Self> {
        if let Some(month) = name.strip_prefix(UNTIL) {
            return Month::named(month).map(Self::Until);
        }
        Month::named(name.strip_prefix(PREFIX)?).map(Self::Of)
    }

    /// The first month that it does not hold.
    fn end(self) -> Month {
        match self {
            Self::Until(month) => month,
            Self::Of(month) => month.plus(1),
        }
    }

    fn holds(self, month: Month) -> bool {
        match self {
            Self::Until(end) => month < end,
            Self::Of(own) => month == own,
        }
    }
}

impl std::fmt::Display for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Until(month) => write!(f, "{UNTIL}{month}"),
            Self::Of(month) => write!(f, "{PREFIX}{month}"),
        }
    }
}

impl Upkeep {
    /// What is due at a time. `stray` are the months of orders that have no partition yet, `kept_months` how many months
    /// before the present one are kept.
    pub fn due(
        now: DateTime<Utc>,
        attached: &[Partition],
        stray: &[Month],
        kept_months: u32,
    ) -> Self {
        let present = Month::of(now);
        let kept = i32::try_from(kept_months).unwrap_or(i32::MAX / 24);
        let mut make: Vec<Month> = (0..=MONTHS_AHEAD)
            .map(|ahead| present.plus(ahead))
            .chain(stray.iter().copied())
            .filter(|month| !attached.iter().any(|partition| partition.holds(*month)))
            .collect();
        make.sort_unstable();
        make.dedup();
        let is_old = |partition: &&Partition| partition.end() <= present.plus(-kept);
        Self {
            make,
            detach: attached.iter().filter(is_old).copied().collect(),
        }
    }

    /// Whether there is nothing to do.
    pub fn is_nothing(&self) -> bool {
        self.make.is_empty() && self.detach.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partitions(names: &[&str]) -> Vec<Partition> {
        let partition = |name: &&str| Partition::named(name).unwrap();
        names.iter().map(partition).collect()
    }

    fn due(now: &str, attached: &[&str], kept_months: u32) -> (Vec<String>, Vec<String>) {
        let upkeep = Upkeep::due(
            now.parse().unwrap(),
            &partitions(attached),
            &[],
            kept_months,
        );
        let make = upkeep.make.iter().map(ToString::to_string).collect();
        let detach = upkeep.detach.iter().map(ToString::to_string).collect();
        (make, detach)
    }

    #[test]
    fn partitions_are_made_two_months_ahead_over_the_turn_of_the_year() {
        let (make, _) = due("2026-11-30T23:59:59Z", &["orders_until_2026_12"], 24);
        assert_eq!(make, ["2026_12", "2027_01"]);
        let made = ["orders_until_2026_12", "orders_2026_12", "orders_2027_01"];
        assert_eq!(due("2026-12-01T00:00:00Z", &made, 24).0, ["2027_02"]);
    }

    #[test]
    fn a_shop_that_slept_for_half_a_year_gets_its_months_and_those_of_its_stray_orders() {
        let attached = partitions(&["orders_until_2026_12", "orders_2027_01"]);
        let stray = [Month::named("2027_03").unwrap()];
        let upkeep = Upkeep::due(
            "2027-06-15T12:00:00Z".parse().unwrap(),
            &attached,
            &stray,
            24,
        );
        let make: Vec<_> = upkeep.make.iter().map(ToString::to_string).collect();
        assert_eq!(make, ["2027_03", "2027_06", "2027_07", "2027_08"]);
    }

    #[test]
    fn what_is_kept_is_whole_months_before_the_present_one() {
        let attached = ["orders_until_2026_12", "orders_2026_12", "orders_2027_01"];
        let ahead = ["orders_2027_02", "orders_2027_03", "orders_2027_04"];
        let all = [&attached[..], &ahead[..]].concat();
        let (_, detach) = due("2027-01-31T23:59:59Z", &all, 1);
        assert_eq!(detach, ["orders_until_2026_12"]);
        let (_, detach) = due("2027-02-01T00:00:00Z", &all, 1);
        assert_eq!(detach, ["orders_until_2026_12", "orders_2026_12"]);
        let (_, detach) = due("2027-02-01T00:00:00Z", &all, 24);
        assert!(detach.is_empty(), "{detach:?}");
    }

    #[test]
    fn a_table_of_another_name_is_no_partition_by_month() {
        for name in ["orders_rest", "orders", "orders_2026", "price_list"] {
            assert_eq!(Partition::named(name), None, "{name}");
        }
    }
}
