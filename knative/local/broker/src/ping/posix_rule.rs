//! The rule by which a time zone goes on for ever, such as `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX `TZ`).

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta};

use super::zone::Span;

const HOUR: i64 = 3600;

/// Standard time, and perhaps summer time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    standard: i64,
    summer: Option<Summer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Summer {
    offset: i64,
    begins: Moment,
    ends: Moment,
}

/// A day of each year, and a time of that day by the clock that is then changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    day: Day,
    seconds: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    /// `Mm.w.d`: the `week`th such weekday (0: Sunday) of the month; 5: the last.
    Weekday { month: u32, week: u32, weekday: u32 },
    /// `Jn`: 1 to 365; the 29th of February is never counted.
    Julian(u32),
    /// `n`: 0 to 365.
    Ordinal(u32),
}

impl Rule {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = Rest(text);
        rest.name()?;
        let standard = -rest.time()?;
        if rest.0.is_empty() {
            return Some(Self {
                standard,
                summer: None,
            });
        }
        rest.name()?;
        let offset = if rest.0.starts_with(',') {
            standard + HOUR
        } else {
            -rest.time()?
        };
        let (begins, ends) = (rest.moment()?, rest.moment()?);
        let summer = Some(Summer {
            offset,
            begins,
            ends,
        });
        rest.0.is_empty().then_some(Self { standard, summer })
    }

    /// The span that `time` lies in.
    pub(super) fn span_at(&self, time: i64) -> Span {
        let changes = self.changes_around(time);
        let place = changes.partition_point(|(from, _)| *from <= time);
        Span {
            offset: place
                .checked_sub(1)
                .map_or(self.standard, |last| changes[last].1),
            until: changes.get(place).map(|(from, _)| *from),
        }
    }

    /// The changes of the year before, this one and the next, in order.
    fn changes_around(&self, time: i64) -> Vec<(i64, i64)> {
        let (Some(summer), Some(now)) = (&self.summer, DateTime::from_timestamp(time, 0)) else {
            return Vec::new();
        };
        let mut changes: Vec<_> = (now.year() - 1..=now.year() + 1)
            .flat_map(|year| {
                let begins = summer
                    .begins
                    .of(year)
                    .map(|local| (local - self.standard, summer.offset));
                let ends = summer
                    .ends
                    .of(year)
                    .map(|local| (local - summer.offset, self.standard));
                [begins, ends]
            })
            .flatten()
            .collect();
        changes.sort_unstable();
        changes
    }
}

impl Moment {
    /// Seconds since 1970 by the local clock.
    fn of(self, year: i32) -> Option<i64> {
        let midnight = self.day.of(year)?.and_hms_opt(0, 0, 0)?;
        Some(midnight.and_utc().timestamp() + self.seconds)
    }
}

impl Day {
    fn of(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Weekday {
                month,
                week,
                weekday,
            } => {
                let first = NaiveDate::from_ymd_opt(year, month, 1)?;
                let ahead = (7 + weekday - first.weekday().num_days_from_sunday()) % 7;
                let day = first + TimeDelta::days((ahead + 7 * (week - 1)).into());
                let beyond = day.month() != month;
                Some(if beyond {
                    day - TimeDelta::days(7)
                } else {
                    day
                })
            }
            Self::Julian(day) => {
                let leap = NaiveDate::from_ymd_opt(year, 2, 29).is_some();
                NaiveDate::from_yo_opt(year, day + u32::from(leap && day > 59))
            }
            Self::Ordinal(day) => NaiveDate::from_yo_opt(year, day + 1),
        }
    }
}

/// What is still to be read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// `CET` or `<+02>`.
    fn name(&mut self) -> Option<()> {
        let length = match self.0.strip_prefix('<') {
            Some(inner) => inner.find('>')? + 2,
            None => self.length(|byte| byte.is_ascii_alphabetic()),
        };
        self.0 = self.0.get(length..)?;
        (length >= 3).then_some(())
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    fn time(&mut self) -> Option<i64> {
        let length = self.length(|byte| byte.is_ascii_digit() || b"+-:".contains(&byte));
        let text = self.take(length);
        let (sign, text) = match text.strip_prefix('-') {
            Some(text) => (-1, text),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let mut seconds = 0;
        for (part, unit) in text.split(':').zip([HOUR, 60, 1]) {
            seconds += part.parse::<u32>().ok().map(i64::from)? * unit;
        }
        Some(sign * seconds)
    }

    /// `,date[/time]`; two o'clock unless said.
    fn moment(&mut self) -> Option<Moment> {
        self.0 = self.0.strip_prefix(',')?;
        let length = self.0.find([',', '/']).unwrap_or(self.0.len());
        let day = day(self.take(length))?;
        let Some(rest) = self.0.strip_prefix('/') else {
            return Some(Moment {
                day,
                seconds: 2 * HOUR,
            });
        };
        self.0 = rest;
        Some(Moment {
            day,
            seconds: self.time()?,
        })
    }

    fn length(&self, belongs: impl Fn(u8) -> bool) -> usize {
        self.0.bytes().take_while(|byte| belongs(*byte)).count()
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }
}

fn day(text: &str) -> Option<Day> {
    if let Some(day) = text.strip_prefix('J') {
        return day
            .parse()
            .ok()
            .filter(|day| (1..=365).contains(day))
            .map(Day::Julian);
    }
    let Some(numbers) = text.strip_prefix('M') else {
        return text
            .parse()
            .ok()
            .filter(|day| *day <= 365)
            .map(Day::Ordinal);
    };
    let numbers: Vec<u32> = numbers
        .split('.')
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    match numbers[..] {
        [month @ 1..=12, week @ 1..=5, weekday @ 0..=6] => Some(Day::Weekday {
            month,
            week,
            weekday,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(rule: &str, time: &str) -> (i64, Option<String>) {
        let time: DateTime<chrono::Utc> = time.parse().unwrap();
        let span = Rule::parse(rule).unwrap().span_at(time.timestamp());
        let until = span
            .until
            .and_then(|until| DateTime::from_timestamp(until, 0));
        (span.offset / 60, until.map(|until| until.to_rfc3339()))
    }

    #[test]
    fn rules_tell_offset_and_next_change() {
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        let sydney = "AEST-10AEDT,M10.1.0,M4.1.0/3";
        for (rule, time, offset, until) in [
            (
                berlin,
                "2026-01-01T00:00:00Z",
                60,
                Some("2026-03-29T01:00:00+00:00"),
            ),
            (
                berlin,
                "2026-03-29T01:00:00Z",
                120,
                Some("2026-10-25T01:00:00+00:00"),
            ),
            (
                berlin,
                "2026-12-01T00:00:00Z",
                60,
                Some("2027-03-28T01:00:00+00:00"),
            ),
            (
                sydney,
                "2026-01-01T00:00:00Z",
                660,
                Some("2026-04-04T16:00:00+00:00"),
            ),
            (
                sydney,
                "2026-06-01T00:00:00Z",
                600,
                Some("2026-10-03T16:00:00+00:00"),
            ),
            ("<+0545>-5:45", "2026-01-01T00:00:00Z", 345, None),
            (
                "NST3:30NDT,J60,300/-1",
                "2024-01-01T00:00:00Z",
                -210,
                Some("2024-03-01T05:30:00+00:00"),
            ),
        ] {
            assert_eq!(
                at(rule, time),
                (offset, until.map(str::to_owned)),
                "{rule} {time}"
            );
        }
    }

    #[test]
    fn what_is_no_rule_is_none() {
        for text in [
            "",
            "CET",
            "CET-",
            "CET-1CEST",
            "CET-1CEST,M3.5.0",
            "CET-1CEST,M13.5.0,M10.5.0",
            "C1",
            "<+02-2",
        ] {
            assert_eq!(Rule::parse(text), None, "{text}");
        }
    }
}
