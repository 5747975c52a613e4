//! When a cron expression names the next moment, in a time zone.

use chrono::{DateTime, TimeDelta, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use super::zone::Zone;

/// A yearly moment that falls into a skipped hour is looked for so many clock changes ahead.
const CHANGES_MAX: usize = 64;

/// A cron expression and its time zone.
#[derive(Debug)]
pub(super) struct Schedule {
    cron: Cron,
    zone: Zone,
}

impl Schedule {
    pub(super) fn new(expression: &str, timezone: Option<&str>) -> Result<Self, String> {
        let parser = CronParser::builder()
            .seconds(Seconds::Optional)
            .year(Year::Disallowed)
            .build();
        let cron = parser
            .parse(expression)
            .map_err(|error| format!("the schedule {expression:?}: {error}"))?;
        let zone = timezone.map_or(Ok(Zone::utc()), Zone::named)?;
        Ok(Self { cron, zone })
    }

    /// Between two changes of its offset a zone is as simple as UTC, so the search goes from change to change. What falls into
    /// a skipped hour does not happen; what falls into a repeated hour happens twice, as in Knative's own cron.
    pub(super) fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (mut from, mut inclusive) = (now, false);
        for _ in 0..CHANGES_MAX {
            let span = self.zone.span_at(from.timestamp());
            let offset = TimeDelta::seconds(span.offset);
            let local = from.naive_utc() + offset;
            let next = self.cron.find_next_occurrence(&local, inclusive).ok()?;
            let next = (next - offset).and_utc();
            match span
                .until
                .and_then(|until| DateTime::from_timestamp(until, 0))
            {
                Some(until) if next >= until => (from, inclusive) = (until, true),
                _ => return Some(next),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &Schedule, after: &str) -> String {
        let after: DateTime<Utc> = after.parse().unwrap();
        schedule.next_after(after).unwrap().to_rfc3339()
    }

    fn in_berlin(expression: &str) -> Schedule {
        let mut schedule = Schedule::new(expression, None).unwrap();
        schedule.zone = Zone::with_rule("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        schedule
    }

    #[test]
    fn a_schedule_without_zone_is_in_utc() {
        let schedule = Schedule::new("14,44 * * * *", None).unwrap();
        assert_eq!(
            next(&schedule, "2026-01-02T03:14:00Z"),
            "2026-01-02T03:44:00+00:00"
        );
        assert_eq!(
            next(&schedule, "2026-01-02T03:44:00.5Z"),
            "2026-01-02T04:14:00+00:00"
        );
        let seconds = Schedule::new("*/10 * * * * *", None).unwrap();
        assert_eq!(
            next(&seconds, "2026-01-02T03:04:05Z"),
            "2026-01-02T03:04:10+00:00"
        );
    }

    #[test]
    fn a_zone_shifts_the_moment_in_summer_and_winter() {
        let noon = in_berlin("0 12 * * *");
        assert_eq!(
            next(&noon, "2026-01-02T00:00:00Z"),
            "2026-01-02T11:00:00+00:00"
        );
        assert_eq!(
            next(&noon, "2026-07-02T00:00:00Z"),
            "2026-07-02T10:00:00+00:00"
        );
    }

    #[test]
    fn a_skipped_hour_is_skipped_and_a_repeated_one_repeated() {
        let half_past_two = in_berlin("30 2 * * *");
        assert_eq!(
            next(&half_past_two, "2026-03-28T23:00:00Z"),
            "2026-03-30T00:30:00+00:00"
        );
        let first = next(&half_past_two, "2026-10-24T23:00:00Z");
        assert_eq!(first, "2026-10-25T00:30:00+00:00");
        assert_eq!(next(&half_past_two, &first), "2026-10-25T01:30:00+00:00");
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        assert!(Schedule::new("61 * * * *", None).is_err());
        assert!(Schedule::new("@every 5m", None).is_err());
        assert!(Schedule::new("* * * * *", Some("Europe/../../etc/passwd")).is_err());
        assert!(Schedule::new("* * * * *", Some("Europe/Atlantis")).is_err());
    }
}
