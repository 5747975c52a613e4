//! How long somebody has to wait after so many wrong passwords. Pure.

use chrono::{DateTime, TimeDelta, Utc};

/// Wrong passwords from one place that cost nothing: people mistype.
const FREE_FROM_ONE_PLACE: u32 = 5;
/// Wrong passwords from all unknown places together that cost nothing.
const FREE_FROM_ANYWHERE: u32 = 20;
/// The longest wait: 96 guesses a day.
const PAUSE_MAX_SECONDS: i64 = 900;
/// Beyond this the doubling has long reached its bound.
const DOUBLINGS_MAX: u32 = 10;

/// After so long without a wrong password the earlier ones are forgotten.
pub(super) const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(24);

/// The wrong passwords of one place, or of all unknown ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failures {
    /// How many.
    pub(super) count: u32,
    /// When the last of them was.
    pub(super) last_at: DateTime<Utc>,
}

/// Whom the failures are counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// One device or address.
    OnePlace,
    /// All places together where nobody has logged in before.
    Anywhere,
}

/// For how many seconds the next attempt has to wait, from now on; 0 if it need not.
pub(super) fn wait_seconds(failures: Failures, of: Of, now: DateTime<Utc>) -> i64 {
    if failures.last_at <= now - FORGOTTEN_AFTER {
        return 0;
    }
    let until = failures.last_at + pause(failures.count, of);
    // Whole seconds, upwards: whoever comes back after them is let in.
    let left = (until - now).num_milliseconds();
    left.max(0).unsigned_abs().div_ceil(1000).cast_signed()
}

fn pause(count: u32, of: Of) -> TimeDelta {
    let free = match of {
        Of::OnePlace => FREE_FROM_ONE_PLACE,
        Of::Anywhere => FREE_FROM_ANYWHERE,
    };
    let Some(doublings) = count.checked_sub(free) else {
        return TimeDelta::zero();
    };
    let seconds = 1_i64 << doublings.min(DOUBLINGS_MAX);
    TimeDelta::seconds(seconds.min(PAUSE_MAX_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(count: u32, of: Of, seconds_later: i64) -> i64 {
        let last_at = DateTime::UNIX_EPOCH;
        let failures = Failures { count, last_at };
        wait_seconds(failures, of, last_at + TimeDelta::seconds(seconds_later))
    }

    #[test]
    fn the_wait_doubles_with_each_wrong_password_and_never_exceeds_a_quarter_of_an_hour() {
        let waits: Vec<_> = (3..=17).map(|count| wait(count, Of::OnePlace, 0)).collect();
        let expected = [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900];
        assert_eq!(waits, expected);
        assert_eq!(wait(u32::MAX, Of::OnePlace, 0), 900);
    }

    #[test]
    fn places_together_are_patient_for_longer() {
        assert_eq!(wait(19, Of::Anywhere, 0), 0);
        assert_eq!(wait(20, Of::Anywhere, 0), 1);
    }

    #[test]
    fn the_wait_ends_and_a_day_later_everything_is_forgotten() {
        assert_eq!(wait(8, Of::OnePlace, 7), 1);
        assert_eq!(wait(8, Of::OnePlace, 8), 0);
        assert_eq!(wait(1_000, Of::OnePlace, 24 * 3600), 0);
    }

    #[test]
    fn a_part_of_a_second_is_waited_for_whole() {
        let last_at = DateTime::UNIX_EPOCH;
        let failures = Failures { count: 6, last_at };
        let now = last_at + TimeDelta::milliseconds(1);
        assert_eq!(wait_seconds(failures, Of::OnePlace, now), 2);
    }
}
