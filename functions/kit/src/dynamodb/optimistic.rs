//! Read, decide, write on condition that nobody else has written meanwhile; again if somebody has.

use std::time::Duration;

use super::DynamoError;
use crate::resilience::backoff;

const RETRIES: usize = 5;

/// Runs `attempt` until it is not `None`, which says that somebody else was faster; a few times, with waits of chance
/// between them.
pub async fn optimistic<T, E, F, Fut>(attempt: F) -> Result<T, E>
where
    E: From<DynamoError>,
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Option<T>, E>>,
{
    persist(attempt, backoff(RETRIES)).await
}

async fn persist<T, E, F, Fut>(
    mut attempt: F,
    mut waits: impl Iterator<Item = Duration>,
) -> Result<T, E>
where
    E: From<DynamoError>,
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Option<T>, E>>,
{
    loop {
        if let Some(done) = attempt().await? {
            return Ok(done);
        }
        let Some(wait) = waits.next() else {
            let why = "the same item is changed by too many at once";
            return Err(DynamoError::Unavailable(why.to_owned()).into());
        };
        tokio::time::sleep(wait).await;
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, iter::repeat_n};

    use super::*;

    async fn attempts(needed: usize) -> (usize, bool) {
        let tries = Cell::new(0);
        let attempt = || async {
            tries.set(tries.get() + 1);
            Ok::<_, DynamoError>((tries.get() == needed).then_some(()))
        };
        let done = persist(attempt, repeat_n(Duration::ZERO, 3)).await;
        (tries.get(), done.is_ok())
    }

    #[tokio::test]
    async fn who_comes_second_tries_again_but_not_for_ever() {
        assert_eq!(attempts(1).await, (1, true));
        assert_eq!(attempts(3).await, (3, true));
        assert_eq!(attempts(9).await, (4, false));
    }
}
