//! A circuit breaker: after some failures in a row nobody is asked for a while, then one call finds out.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use thiserror::Error;
use tokio::time::Instant;

/// Guards calls to one neighbour.
#[derive(Debug)]
pub struct CircuitBreaker {
    failures_max: u32,
    rest: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Calls go through; so many have failed in a row.
    Closed(u32),
    /// No call goes through until then.
    Open(Instant),
    /// One call is on its way to find out; if nothing is heard of it, another may go then.
    HalfOpen(Instant),
}

/// Why a guarded call failed.
#[derive(Debug, Error)]
pub enum Broken<E> {
    /// It was not tried: too many before it failed.
    #[error("not tried, as too many calls failed")]
    Open,
    /// It was tried and failed.
    #[error(transparent)]
    Failed(#[from] E),
}

impl CircuitBreaker {
    /// Opens after `failures_max` failures in a row, for the time of `rest`.
    pub fn new(failures_max: u32, rest: Duration) -> Self {
        Self {
            failures_max,
            rest,
            state: Mutex::new(State::Closed(0)),
        }
    }

    /// Makes the call, unless the circuit is open. `counts` tells failures of the neighbour from those of the request.
    pub async fn call<T, E>(
        &self,
        call: impl Future<Output = Result<T, E>>,
        counts: impl FnOnce(&E) -> bool,
    ) -> Result<T, Broken<E>> {
        if !self.lets_through() {
            return Err(Broken::Open);
        }
        let outcome = call.await;
        match &outcome {
            Err(error) if counts(error) => self.failed(),
            _ => *self.state() = State::Closed(0),
        }
        outcome.map_err(Broken::Failed)
    }

    fn lets_through(&self) -> bool {
        let mut state = self.state();
        match *state {
            State::Closed(_) => true,
            State::Open(until) | State::HalfOpen(until) if Instant::now() < until => false,
            State::Open(_) | State::HalfOpen(_) => {
                *state = State::HalfOpen(Instant::now() + self.rest);
                true
            }
        }
    }

    fn failed(&self) {
        let mut state = self.state();
        *state = match *state {
            State::Closed(failures) if failures + 1 < self.failures_max => {
                State::Closed(failures + 1)
            }
            _ => State::Open(Instant::now() + self.rest),
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn fail(breaker: &CircuitBreaker) -> bool {
        let outcome = breaker.call(async { Err::<(), _>("down") }, |_| true).await;
        matches!(outcome, Err(Broken::Failed(_)))
    }

    async fn succeed(breaker: &CircuitBreaker) -> bool {
        breaker
            .call(async { Ok::<_, &str>(()) }, |_| true)
            .await
            .is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row_and_not_before() {
        let breaker = CircuitBreaker::new(2, Duration::from_secs(5));
        assert!(fail(&breaker).await && succeed(&breaker).await && fail(&breaker).await);
        assert!(fail(&breaker).await, "one success starts the count anew");
        assert!(!succeed(&breaker).await, "two failures in a row open it");
    }

    #[tokio::test(start_paused = true)]
    async fn one_call_finds_out_whether_the_neighbour_is_back() {
        let breaker = CircuitBreaker::new(1, Duration::from_secs(5));
        assert!(fail(&breaker).await);
        tokio::time::advance(Duration::from_secs(6)).await;
        assert!(fail(&breaker).await, "the probe is tried");
        assert!(!succeed(&breaker).await, "and opens it again");
        tokio::time::advance(Duration::from_secs(6)).await;
        assert!(succeed(&breaker).await && succeed(&breaker).await);
    }

    #[tokio::test(start_paused = true)]
    async fn while_one_call_finds_out_no_other_goes() {
        let breaker = CircuitBreaker::new(1, Duration::from_secs(5));
        assert!(fail(&breaker).await);
        tokio::time::advance(Duration::from_secs(6)).await;
        assert!(breaker.lets_through());
        assert!(!breaker.lets_through());
    }

    #[tokio::test]
    async fn a_refusal_of_the_request_is_no_failure_of_the_neighbour() {
        let breaker = CircuitBreaker::new(1, Duration::from_secs(5));
        let outcome = breaker
            .call(async { Err::<(), _>("declined") }, |_| false)
            .await;
        assert!(matches!(outcome, Err(Broken::Failed("declined"))));
        assert!(succeed(&breaker).await);
    }
}
