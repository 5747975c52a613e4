//! What is counted of each revision's requests, under the names and labels that Knative's activator and queue-proxy have
//! since 1.19 (OpenTelemetry's, as Prometheus spells them).

mod text;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use http::{Method, Response, StatusCode};
use souk_network::Histogram;
use tokio::time::Instant;

use crate::revision::Revision;

pub(crate) use text::text;

/// The bounds that OpenTelemetry advises for durations of requests, in seconds.
const BOUNDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// Methods that are counted under their own names.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
];
/// Anybody can make up methods, and each would be a series of its own.
const OTHER: &str = "_OTHER";

/// What one revision's requests come to, by method and status.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<(&'static str, u16), Durations>>);

/// Both ends of a request.
#[derive(Debug, Clone)]
struct Durations {
    /// From its arrival to the end of its answer, the wait for an instance included.
    request: Histogram,
    /// The function's own part.
    invocation: Histogram,
}

impl Default for Durations {
    fn default() -> Self {
        Self {
            request: Histogram::new(BOUNDS),
            invocation: Histogram::new(BOUNDS),
        }
    }
}

impl Metrics {
    fn series(&self) -> BTreeMap<(&'static str, u16), Durations> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// One request that is counted when this is dropped, if it was answered by then. A client that went away was not.
pub(crate) struct Measure {
    revision: Arc<Revision>,
    method: &'static str,
    begun: Instant,
    answered: Option<(StatusCode, Option<Instant>)>,
}

impl Measure {
    pub(crate) fn begin(revision: Arc<Revision>, method: &Method) -> Self {
        let known = METHODS.into_iter().find(|known| method == known);
        Self {
            revision,
            method: known.unwrap_or(OTHER),
            begun: Instant::now(),
            answered: None,
        }
    }

    /// The answer has begun; `given_at` is when an instance got the request.
    pub(crate) fn answered(&mut self, status: StatusCode, given_at: Option<Instant>) {
        self.answered = Some((status, given_at));
    }

    /// An answer that no function gave.
    pub(crate) fn end(mut self, answer: Response<Body>) -> Response<Body> {
        self.answered(answer.status(), None);
        answer
    }
}

impl Drop for Measure {
    fn drop(&mut self) {
        let Some((status, given_at)) = self.answered else {
            return;
        };
        let now = Instant::now();
        let metrics = &self.revision.metrics().0;
        let mut all = metrics.lock().unwrap_or_else(PoisonError::into_inner);
        let durations = all.entry((self.method, status.as_u16())).or_default();
        durations.request.observe((now - self.begun).as_secs_f64());
        if let Some(given_at) = given_at {
            let invocation = now - given_at;
            durations.invocation.observe(invocation.as_secs_f64());
        }
    }
}
