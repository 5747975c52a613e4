//! A circuit breaker: after some failures in a row nobody is asked for a while, then one call finds out.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use thiserror::Error;
use tokio_retry::strategy::jitter;

use super::gauges::{Gauges, Level};

/// Guards calls to one neighbour.
#[derive(Debug)]
pub struct CircuitBreaker {
    peer: &'static str,
    circuit: Mutex<Circuit>,
    rest: Duration,
    gauges: Gauges,
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
    /// Before the service `peer`, by which name it is found in the metrics. It opens after `failures_max` failures in a row, for the time
    /// of `rest` and up to half as much again: instances that have opened together do not come back together.
    pub fn new(peer: &'static str, failures_max: u32, rest: Duration) -> Self {
        let circuit = Circuit {
            failures_max,
            state: State::Closed(0),
        };
        Self {
            peer,
            circuit: Mutex::new(circuit),
            rest,
            gauges: Gauges::of(peer),
        }
    }

    /// Makes the call, unless the circuit is open. `counts` tells failures of the neighbour from those of the request. A call that is
    /// given up by its caller counts as nothing.
    pub async fn call<T, E>(
        &self,
        call: impl Future<Output = Result<T, E>>,
        counts: impl FnOnce(&E) -> bool,
    ) -> Result<T, Broken<E>> {
        let rest = self.rest();
        if !self.change(|circuit| circuit.lets_through(Instant::now(), rest)) {
            self.gauges.refused();
            return Err(Broken::Open);
        }
        let outcome = call.await;
        match &outcome {
            Err(error) if counts(error) => {
                let rest = self.rest();
                self.change(|circuit| circuit.failed(Instant::now(), rest));
            }
            _ => self.change(Circuit::succeeded),
        }
        outcome.map_err(Broken::Failed)
    }

    /// Asks the circuit, or tells it something; what that has changed is told.
    fn change<T>(&self, change: impl FnOnce(&mut Circuit) -> T) -> T {
        let mut circuit = self.circuit();
        let before = circuit.level();
        let changed = change(&mut circuit);
        self.tell(before, circuit.level());
        changed
    }

    fn rest(&self) -> Duration {
        self.rest + jitter(self.rest / 2)
    }

    fn tell(&self, before: Level, now: Level) {
        if before == now {
            return;
        }
        self.gauges.is(now);
        let peer = self.peer;
        match now {
            Level::Open => {
                self.gauges.tripped();
                tracing::warn!(peer, "the circuit breaker has opened");
            }
            Level::HalfOpen => {}
            Level::Closed => tracing::info!(peer, "the circuit breaker has closed"),
        }
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The decisions, without a clock and without chance.
#[derive(Debug)]
struct Circuit {
    failures_max: u32,
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
    fn level(&self) -> Level {
        match self.state {
            State::Closed(_) => Level::Closed,
            State::HalfOpen(_) => Level::HalfOpen,
            State::Open(_) => Level::Open,
        }
    }

    fn lets_through(&mut self, now: Instant, rest: Duration) -> bool {
        match self.state {
            State::Closed(_) => true,
            State::Open(until) | State::HalfOpen(until) if now < until => false,
            State::Open(_) | State::HalfOpen(_) => {
                self.state = State::HalfOpen(now + rest);
                true
            }
        }
    }

    /// Calls that were made before it opened and fail only now do not prolong its rest.
    fn failed(&mut self, now: Instant, rest: Duration) {
        self.state = match self.state {
            State::Closed(failures) if failures + 1 < self.failures_max => {
                State::Closed(failures + 1)
            }
            State::Open(until) => State::Open(until),
            State::Closed(_) | State::HalfOpen(_) => State::Open(now + rest),
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
                state: State::Closed(0),
            },
            Instant::now(),
        )
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_not_before() {
        let (mut circuit, now) = circuit(2);
        circuit.failed(now, REST);
        circuit.succeeded();
        circuit.failed(now, REST);
        assert!(
            circuit.lets_through(now, REST),
            "one success starts the count anew"
        );
        circuit.failed(now, REST);
        assert!(
            !circuit.lets_through(now, REST),
            "two failures in a row open it"
        );
    }

    #[test]
    fn after_the_rest_one_call_goes_to_find_out_and_no_other() {
        let (mut circuit, now) = circuit(1);
        circuit.failed(now, REST);
        assert!(circuit.lets_through(now + REST, REST));
        assert!(!circuit.lets_through(now + REST, REST));
    }

    #[test]
    fn the_call_that_finds_out_decides() {
        let (mut circuit, now) = circuit(1);
        circuit.failed(now, REST);
        assert!(circuit.lets_through(now + REST, REST));
        circuit.failed(now + REST, REST);
        assert!(
            !circuit.lets_through(now + REST, REST),
            "a failure opens it again"
        );
        assert!(circuit.lets_through(now + REST + REST, REST));
        circuit.succeeded();
        assert!(
            circuit.lets_through(now + REST + REST, REST),
            "a success closes it"
        );
    }

    #[test]
    fn a_call_from_before_does_not_prolong_the_rest() {
        let (mut circuit, now) = circuit(1);
        circuit.failed(now, REST);
        circuit.failed(now + REST / 2, REST);
        assert!(circuit.lets_through(now + REST, REST));
    }

    #[test]
    fn no_breaker_rests_shorter_than_it_is_told_or_half_as_long_again() {
        let breaker = CircuitBreaker::new("neighbour", 1, REST);
        let rests: Vec<_> = (0..100).map(|_| breaker.rest()).collect();
        assert!(
            rests
                .iter()
                .all(|rest| (REST..=REST + REST / 2).contains(rest))
        );
        assert!(rests.iter().any(|rest| *rest != rests[0]));
    }

    #[test]
    fn a_call_that_never_comes_back_does_not_keep_it_open_for_ever() {
        let (mut circuit, now) = circuit(1);
        circuit.failed(now, REST);
        assert!(circuit.lets_through(now + REST, REST));
        assert!(circuit.lets_through(now + REST + REST, REST));
    }

    #[tokio::test]
    async fn a_refusal_of_the_request_is_no_failure_of_the_neighbour() {
        let breaker = CircuitBreaker::new("neighbour", 1, REST);
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
        let breaker = CircuitBreaker::new("neighbour", 1, REST);
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
