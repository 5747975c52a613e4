//! Whether a request is within its limits, and how the client is told.

use chrono::{DateTime, Utc};
use http::header::{HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};

use super::counters::Usage;
use super::window::Period;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// What is left of each limit after this request.
pub(crate) struct Verdict {
    left: Vec<(Usage, u64)>,
    refused: bool,
    now: DateTime<Utc>,
}

impl Verdict {
    /// A refused request takes nothing from the limits that are not used up.
    pub(crate) fn new(usage: &[Usage], now: DateTime<Utc>) -> Self {
        let refused = usage.iter().any(Usage::is_used_up);
        let left = usage.iter().map(|usage| {
            let taken = u64::from(!refused);
            (
                *usage,
                (usage.limit)
                    .saturating_sub(usage.used)
                    .saturating_sub(taken),
            )
        });
        Self {
            left: left.collect(),
            refused,
            now,
        }
    }

    pub(crate) fn refused(&self) -> bool {
        self.refused
    }

    /// Every limit with what is left, then the tightest once more under the standard's names.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        for (usage, remaining) in &self.left {
            let (limit_name, remaining_name) = names(usage.period);
            headers.insert(limit_name, HeaderValue::from(usage.limit));
            headers.insert(remaining_name, HeaderValue::from(*remaining));
        }
        // The fewest remaining; of equals the longer window.
        let tightest = self
            .left
            .iter()
            .min_by_key(|(usage, left)| (*left, -usage.period.seconds()));
        if let Some((usage, remaining)) = tightest {
            let reset = HeaderValue::from(self.reset(usage.period));
            headers.insert(LIMIT, HeaderValue::from(usage.limit));
            headers.insert(REMAINING, HeaderValue::from(*remaining));
            headers.insert(RESET, reset.clone());
            if self.refused {
                headers.insert(RETRY_AFTER, reset);
            }
        }
    }

    /// Seconds until the window ends.
    fn reset(&self, period: Period) -> i64 {
        let elapsed = self.now.timestamp() - period.start(self.now);
        (period.seconds() - elapsed).max(1)
    }
}

fn names(period: Period) -> (HeaderName, HeaderName) {
    let (limit, remaining) = match period {
        Period::Second => ("x-ratelimit-limit-second", "x-ratelimit-remaining-second"),
        Period::Minute => ("x-ratelimit-limit-minute", "x-ratelimit-remaining-minute"),
        Period::Hour => ("x-ratelimit-limit-hour", "x-ratelimit-remaining-hour"),
        Period::Day => ("x-ratelimit-limit-day", "x-ratelimit-remaining-day"),
        Period::Month => ("x-ratelimit-limit-month", "x-ratelimit-remaining-month"),
        Period::Year => ("x-ratelimit-limit-year", "x-ratelimit-remaining-year"),
    };
    (
        HeaderName::from_static(limit),
        HeaderName::from_static(remaining),
    )
}
