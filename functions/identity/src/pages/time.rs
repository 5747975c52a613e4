//! Times as people read them. Pages run no script, so they cannot know where their reader is: UTC.

use chrono::{DateTime, Utc};

/// `25 November 2026, 21:05 UTC`
pub(super) fn words(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_says_its_day_and_its_zone() {
        let at = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        assert_eq!(words(at), "15 June 2025, 15:06 UTC");
    }
}
