//! A circuit breaker: after some failures in a row nobody is asked for a while, then one call finds out.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use thiserror::Error;

/// Guards calls to one neighbour.
#[derive(Debug)]
pub struct CircuitBreaker(Mutex<Circuit>);

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
        Self(Mutex::new(Circuit {
            failures_max,
            rest,
            state: State::Closed(0),
        }))
    }

    /// Makes the call, unless the circuit is open. `counts` tells failures of the neighbour from those of the request.
    pub async fn call<T, E>(
        &self,
        call: impl Future<Output = Result<T, E>>,
        counts: impl FnOnce(&E) -> bool,
    ) -> Result<T, Broken<E>> {
        if !self.circuit().lets_through(Instant::now()) {
            return Err(Broken::Open);
        }
        let outcome = call.await;
        match &outcome {
            Err(error) if counts(error) => self.circuit().failed(Instant::now()),
            _ => self.circuit().succeeded(),
        }
        outcome.map_err(Broken::Failed)
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The decisions, without a clock.
#[derive(Debug)]
struct Circuit {
    failures_max: u32,
    rest: Duration,
    state: State,
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

impl Circuit {
    fn lets_through(&mut self, now: Instant) -> bool {
        match self.state {
            State::Closed(_) => true,
            State::Open(until) | State::HalfOpen(until) if now < until => false,
            State::Open(_) | State::HalfOpen(_) => {
                self.state = State::HalfOpen(now + self.rest);
                true
            }
        }
    }

    fn failed(&mut self, now: Instant) {
        self.state = match self.state {
            State::Closed(failures) if failures + 1 < self.failures_max => {
                State::Closed(failures + 1)
            }
            _ => State::Open(now + self.rest),
        };
    }

    fn succeeded(&mut self) {
        self.state = State::Closed(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(5);

    fn circuit(failures_max: u32) -> (Circuit, Instant) {
        (
            Circuit {
                failures_max,
                rest: REST,
                state: State::Closed(0),
            },
            Instant::now(),
        )
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_not_before() {
        let (mut circuit, now) = circuit(2);
        circuit.failed(now);
        circuit.succeeded();
        circuit.failed(now);
        assert!(
            circuit.lets_through(now),
            "one success starts the count anew"
        );
        circuit.failed(now);
        assert!(!circuit.lets_through(now), "two failures in a row open it");
    }

    #[test]
    fn after_the_rest_one_call_goes_to_find_out_and_no_other() {
        let (mut circuit, now) = circuit(1);
        circuit.failed(now);
        assert!(circuit.lets_through(now + REST));
        assert!(!circuit.lets_through(now + REST));
    }

    #[test]
    fn the_call_that_finds_out_decides() {
        let (mut circuit, now) = circuit(1);
        circuit.failed(now);
        assert!(circuit.lets_through(now + REST));
        circuit.failed(now + REST);
        assert!(
            !circuit.lets_through(now + REST),
            "a failure opens it again"
        );
        assert!(circuit.lets_through(now + REST + REST));
        circuit.succeeded();
        assert!(
            circuit.lets_through(now + REST + REST),
            "a success closes it"
        );
    }

    #[test]
    fn a_call_that_never_comes_back_does_not_keep_it_open_for_ever() {
        let (mut circuit, now) = circuit(1);
        circuit.failed(now);
        assert!(circuit.lets_through(now + REST));
        assert!(circuit.lets_through(now + REST + REST));
    }

    #[tokio::test]
    async fn a_refusal_of_the_request_is_no_failure_of_the_neighbour() {
        let breaker = CircuitBreaker::new(1, REST);
        let declined = breaker
            .call(async { Err::<(), _>("declined") }, |_| false)
            .await;
        assert!(matches!(declined, Err(Broken::Failed("declined"))));
        assert!(
            breaker
                .call(async { Ok::<_, &str>(()) }, |_| true)
                .await
                .is_ok()
        );
    }

    #[tokio::test]
    async fn an_open_circuit_does_not_make_the_call() {
        let breaker = CircuitBreaker::new(1, REST);
        assert!(
            breaker
                .call(async { Err::<(), _>("down") }, |_| true)
                .await
                .is_err()
        );
        let mut made = false;
        let call = async {
            made = true;
            Ok::<_, &str>(())
        };
        assert!(matches!(
            breaker.call(call, |_| true).await,
            Err(Broken::Open)
        ));
        assert!(!made);
    }
}
