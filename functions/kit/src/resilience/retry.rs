//! Policies for trying again, by `tokio-retry`. Whether something may be repeated is for the caller to know.

use std::time::Duration;

use tokio_retry::{
    RetryIf,
    strategy::{ExponentialBackoff, jitter},
};

const DELAY_MAX: Duration = Duration::from_secs(2);

/// Waits of up to 100, 200, 400 ms and so on, two seconds at most, each a random part of that.
pub fn backoff(retries: usize) -> impl Iterator<Item = Duration> + Clone {
    ExponentialBackoff::from_millis(2)
        .factor(50)
        .max_delay(DELAY_MAX)
        .map(jitter)
        .take(retries)
}

/// How often something is tried.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    retries: usize,
}

impl Retry {
    /// For what may be repeated without harm: three tries, within half a second.
    pub fn idempotent() -> Self {
        Self { retries: 2 }
    }

    /// For what must not be repeated: one try.
    pub fn never() -> Self {
        Self { retries: 0 }
    }

    /// Tries until it succeeds, fails for good (`passes` says no) or was tried often enough.
    pub async fn run<T, E, F, Fut>(self, attempt: F, passes: impl FnMut(&E) -> bool) -> Result<T, E>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        RetryIf::start(backoff(self.retries), attempt, passes).await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    async fn tries(policy: Retry, passes: bool) -> u32 {
        let tries = Cell::new(0);
        let attempt = || async {
            tries.set(tries.get() + 1);
            Err::<(), _>(())
        };
        policy.run(attempt, |()| passes).await.unwrap_err();
        tries.get()
    }

    #[tokio::test]
    async fn what_may_be_repeated_is_tried_three_times() {
        assert_eq!(tries(Retry::idempotent(), true).await, 3);
        assert_eq!(tries(Retry::never(), true).await, 1);
    }

    #[tokio::test]
    async fn what_fails_for_good_is_not_tried_again() {
        assert_eq!(tries(Retry::idempotent(), false).await, 1);
    }

    #[test]
    fn no_wait_is_longer_than_its_bound() {
        assert!(backoff(50).all(|wait| wait <= DELAY_MAX));
        assert_eq!(backoff(6).count(), 6);
    }
}
