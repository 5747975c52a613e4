//! What a circuit breaker tells OpenTelemetry: its state, how often it has opened, and how many calls it has refused.

use crate::metrics::{Counter, Gauge};

static STATE: Gauge = Gauge::new(
    "souk.circuit_breaker.state",
    "{state}",
    "0 closed, 1 half-open, 2 open.",
);
static TRIPS: Counter = Counter::new(
    "souk.circuit_breaker.trips",
    "{trip}",
    "How often the breaker has opened.",
);
static REFUSALS: Counter = Counter::new(
    "souk.circuit_breaker.refusals",
    "{call}",
    "Calls that were not made as the breaker was open.",
);

/// The state as the gauge `souk.circuit_breaker.state` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Calls go through.
    Closed = 0,
    /// One call is on its way to find out.
    HalfOpen = 1,
    /// No call goes through until then.
    Open = 2,
}

/// What is told of one breaker.
#[derive(Debug)]
pub(super) struct Gauges {
    peer: [(&'static str, &'static str); 1],
}

impl Gauges {
    /// Of the breaker before the service `peer`. It begins closed.
    pub(super) fn of(peer: &'static str) -> Self {
        let gauges = Self {
            peer: [("peer.service", peer)],
        };
        gauges.is(Level::Closed);
        gauges
    }

    /// The breaker is in this state now.
    pub(super) fn is(&self, level: Level) {
        STATE.set(level as u64, &self.peer);
    }

    /// The breaker has opened.
    pub(super) fn tripped(&self) {
        TRIPS.add(1, &self.peer);
    }

    /// A call was not made.
    pub(super) fn refused(&self) {
        REFUSALS.add(1, &self.peer);
    }
}
