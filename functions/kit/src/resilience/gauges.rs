//! What a circuit breaker tells OpenTelemetry: its state, how often it has opened, and how many calls it has refused.

use std::fmt;

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Gauge},
};

/// The state as the gauge `souk.circuit_breaker.state` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Calls go through.
    Closed = 0,
    /// One call is on its way to find out.
    HalfOpen = 1,
    /// No call goes through.
    Open = 2,
}

/// The instruments of one breaker.
pub(super) struct Gauges {
    peer: [KeyValue; 1],
    state: Gauge<u64>,
    trips: Counter<u64>,
    refusals: Counter<u64>,
}

impl Gauges {
    /// Of the breaker before the service `peer`. It begins closed.
    pub(super) fn of(peer: &'static str) -> Self {
        let meter = global::meter("souk-kit");
        let state = meter.u64_gauge("souk.circuit_breaker.state");
        let trips = meter.u64_counter("souk.circuit_breaker.trips");
        let refusals = meter.u64_counter("souk.circuit_breaker.refusals");
        let gauges = Self {
            peer: [KeyValue::new("peer.service", peer)],
            state: state
                .with_description("0 closed, 1 half-open, 2 open.")
                .build(),
            trips: trips
                .with_unit("{trip}")
                .with_description("How often the breaker has opened.")
                .build(),
            refusals: refusals
                .with_unit("{call}")
                .with_description("Calls that were not made as the breaker was open.")
                .build(),
        };
        gauges.is(Level::Closed);
        gauges
    }

    /// The breaker is in this state now.
    pub(super) fn is(&self, level: Level) {
        self.state.record(level as u64, &self.peer);
    }

    /// The breaker has opened.
    pub(super) fn tripped(&self) {
        self.trips.add(1, &self.peer);
    }

    /// A call was not made.
    pub(super) fn refused(&self) {
        self.refusals.add(1, &self.peer);
    }
}

impl fmt::Debug for Gauges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gauges({})", self.peer[0].value)
    }
}
