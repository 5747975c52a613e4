//! The three limits in time of a request, counted from its arrival at the activator.

use std::time::Duration;

use souk_plan::model::ServicePlan;
use tokio::time::Instant;

/// A revision's limits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    whole: Duration,
    begin: Duration,
    idle: Option<Duration>,
}

/// The limits of one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Deadlines {
    /// Until then the first byte of the answer must be there.
    pub(crate) begin: Instant,
    /// Until then the last byte must be.
    pub(crate) end: Instant,
    /// Longest silence within the answer.
    pub(crate) idle: Option<Duration>,
}

impl Limits {
    pub(crate) fn of(service: &ServicePlan) -> Self {
        let whole = Duration::from_secs(service.timeout_seconds);
        let start = service
            .response_start_timeout_seconds
            .map(Duration::from_secs);
        let idle = service
            .idle_timeout_seconds
            .filter(|&seconds| seconds > 0)
            .map(Duration::from_secs);
        // The idle timer runs before the first byte too.
        let begin = [start, idle]
            .into_iter()
            .flatten()
            .fold(whole, Duration::min);
        Self { whole, begin, idle }
    }

    /// The limits of a request that came in at `arrival`.
    pub(crate) fn from(&self, arrival: Instant) -> Deadlines {
        Deadlines {
            begin: arrival + self.begin,
            end: arrival + self.whole,
            idle: self.idle,
        }
    }
}
