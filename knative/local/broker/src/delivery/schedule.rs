//! When a failed attempt is made again.

use std::time::Duration;

use souk_plan::model::{BackoffPolicy, DeliveryPlan};

/// The waits between attempts and the time that each attempt has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Schedule {
    retries: u32,
    policy: BackoffPolicy,
    delay: Duration,
    timeout: Duration,
}

impl Schedule {
    /// The Kafka broker cuts durations to tenths of a second, and with a delay of none it does not retry at all.
    pub(super) fn of(plan: &DeliveryPlan) -> Self {
        let tenths = |milliseconds: u64| Duration::from_millis(milliseconds / 100 * 100);
        let delay = tenths(plan.backoff_delay_ms);
        Self {
            retries: if delay.is_zero() { 0 } else { plan.retry },
            policy: plan.backoff_policy,
            delay,
            timeout: tenths(plan.timeout_ms),
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The wait before each further attempt.
    pub(super) fn waits(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        let Self {
            retries,
            policy,
            delay,
            ..
        } = *self;
        (1..=retries).map(move |attempt| match policy {
            BackoffPolicy::Linear => delay.saturating_mul(attempt),
            BackoffPolicy::Exponential => delay.saturating_mul(2_u32.saturating_pow(attempt)),
        })
    }
}

#[cfg(test)]
mod tests {
    use BackoffPolicy::{Exponential, Linear};

    use super::*;

    fn schedule(retry: u32, backoff_policy: BackoffPolicy, backoff_delay_ms: u64) -> Schedule {
        Schedule::of(&DeliveryPlan {
            retry,
            backoff_policy,
            backoff_delay_ms,
            timeout_ms: 30_090,
            dead_letter_sink: None,
        })
    }

    #[test]
    fn waits_grow_as_in_the_kafka_broker() {
        let cases: [(u32, _, u64, &[u64]); 6] = [
            (5, Exponential, 500, &[1000, 2000, 4000, 8000, 16000]),
            (3, Linear, 500, &[500, 1000, 1500]),
            (2, Linear, 290, &[200, 400]),
            (1, Exponential, 200, &[400]),
            (3, Exponential, 99, &[]),
            (0, Exponential, 500, &[]),
        ];
        for (retry, policy, delay, waits) in cases {
            let found: Vec<_> = schedule(retry, policy, delay).waits().collect();
            let waits: Vec<_> = waits.iter().copied().map(Duration::from_millis).collect();
            assert_eq!(found, waits, "{retry} {policy:?} {delay}");
        }
    }

    #[test]
    fn a_timeout_counts_in_tenths_of_a_second() {
        assert_eq!(schedule(0, Linear, 0).timeout(), Duration::from_secs(30));
    }

    #[test]
    fn a_wait_beyond_all_measure_is_still_a_wait() {
        assert_eq!(schedule(100, Exponential, u64::MAX).waits().count(), 100);
    }
}
