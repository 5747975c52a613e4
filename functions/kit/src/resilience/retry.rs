//! Policies for trying again, by `tokio-retry`. Whether something may be repeated is for the caller to know.

use std::time::Duration;

use tokio_retry::{
    RetryIf,
    strategy::{ExponentialBackoff, jitter},
};

tokio::task_local! {
    /// How often what is being tried was tried before.
    static TRIED_BEFORE: u32;
}

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
    pub async fn run<T, E, F, Fut>(
        self,
        mut attempt: F,
        passes: impl FnMut(&E) -> bool,
    ) -> Result<T, E>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let mut tries = 0..;
        let attempt = || TRIED_BEFORE.scope(tries.next().unwrap_or(u32::MAX), attempt());
        RetryIf::start(backoff(self.retries), attempt, passes).await
    }
}

/// How often what is being done was tried before, for whoever tells of it.
pub(crate) fn tried_before() -> u32 {
    TRIED_BEFORE.try_with(|tries| *tries).unwrap_or(0)
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

    #[tokio::test]
    async fn each_try_knows_how_many_there_were_before() {
        let known = Cell::new(Vec::new());
        let attempt = || async {
            let mut all = known.take();
            all.push(tried_before());
            known.set(all);
            Err::<(), _>(())
        };
        let outcome = Retry::idempotent().run(attempt, |()| true).await;
        assert_eq!((outcome, known.take()), (Err(()), vec![0, 1, 2]));
        assert_eq!(tried_before(), 0);
    }

    #[test]
    fn no_wait_is_longer_than_its_bound() {
        assert!(backoff(50).all(|wait| wait <= DELAY_MAX));
        assert_eq!(backoff(6).count(), 6);
    }
}
