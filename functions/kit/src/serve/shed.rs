//! Refuses what is too much, early and cheaply: before the token is checked, a span is begun or a store is asked.
//!
//! An instance handles so many requests at a time and lets few wait, for a moment: so whoever is refused knows it at once and may come
//! again, and whoever is not is answered in time. Events have places of their own, and wait longer: nobody looks on, and the broker,
//! which delivers so many at a time, would only have to come again. Probes are never refused.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use ::http::{HeaderMap, Method};
use axum::{
    body::to_bytes,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::timeout;
use uuid::Uuid;

use super::service::EVENTS;
use crate::{
    Clock, Problem,
    metrics::Counter,
    resilience::{Bulkhead, Congestion, Place},
};

/// Requests at a time, unless `REQUESTS_MAX` says otherwise.
pub(super) const REQUESTS_USUAL: usize = 48;
/// For each that is handled so many wait.
const WAITING_FOR_EACH: usize = 2;
const EVENTS_MAX: usize = 32;
/// More than the triggers of one function deliver at a time.
const EVENTS_WAITING_MAX: usize = 1024;
const EVENT_PATIENCE: Duration = Duration::from_secs(20);
/// A burst, after a cold start for instance, may wait for that long.
const PATIENCE: Duration = Duration::from_secs(1);
/// A queue that was never empty for [`PATIENCE`] is no burst; from then on nobody waits for longer than this.
const PATIENCE_IN_A_STANDING_QUEUE: Duration = Duration::from_millis(50);
/// Of the body of what is refused so much is read, for so long: a client that is still sending would not see the answer.
const BODY_BYTES_HEARD: usize = 64 * 1024;
const BODY_PATIENCE: Duration = Duration::from_millis(50);
const RETRY_AFTER_SECONDS: u32 = 1;

static SHED: Counter = Counter::new(
    "souk.requests.shed",
    "{request}",
    "Requests and events that were refused as there were too many.",
);

/// How much an instance takes. Clones share the places.
#[derive(Clone)]
pub(super) struct Shedding(Arc<Inner>);

struct Inner {
    requests: Bulkhead,
    events: Bulkhead,
    queue: Mutex<Queue>,
    congestion: Option<Congestion>,
    clock: Clock,
}

/// Since when requests have been waiting without a pause.
#[derive(Default)]
struct Queue {
    waiting: usize,
    since: Option<Instant>,
}

impl Shedding {
    /// Takes `requests` at a time, and work that begins here only as far as it gets done.
    pub(super) fn new(requests: usize, congestion: Option<Congestion>) -> Self {
        Self(Arc::new(Inner {
            requests: Bulkhead::new(requests, requests * WAITING_FOR_EACH),
            events: Bulkhead::new(EVENTS_MAX, EVENTS_WAITING_MAX),
            queue: Mutex::default(),
            congestion,
            clock: Clock::system(),
        }))
    }

    /// A place for a request or an event; none if there are too many.
    async fn place(&self, is_event: bool) -> Option<Place> {
        if is_event {
            let entering = timeout(EVENT_PATIENCE, self.0.events.enter());
            return entering.await.ok()?.ok();
        }
        if let Some(place) = self.0.requests.enter_now() {
            return Some(place);
        }
        let waiting = Waiting::begin(&self.0.queue, Instant::now());
        let entering = timeout(waiting.patience, self.0.requests.enter());
        entering.await.ok()?.ok()
    }

    /// Whether this request begins work of which there is too much.
    fn is_congested(&self, request: &Request) -> bool {
        let route = request.extensions().get::<MatchedPath>();
        let begins = |congestion: &&Congestion| {
            *request.method() == Method::POST
                && route.is_some_and(|route| congestion.begins_at(route.as_str()))
        };
        let congestion = self.0.congestion.as_ref().filter(begins);
        congestion.is_some_and(|congestion| !congestion.lets_in())
    }

    /// What an event tells of how long work has waited.
    fn heard(&self, headers: &HeaderMap) {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(congestion), Some(event_type)) = (&self.0.congestion, header("ce-type")) else {
            return;
        };
        let began =
            header("ce-partitionkey").and_then(|id| Uuid::try_parse(id).ok()?.get_timestamp());
        if let Some(began) = began {
            let (seconds, nanos) = began.to_unix();
            let began = Duration::new(seconds, nanos).as_millis();
            let waited = i128::from(self.0.clock.now().timestamp_millis()) - began.cast_signed();
            if let Ok(waited) = u64::try_from(waited) {
                congestion.waited(event_type, Duration::from_millis(waited));
            }
        }
    }
}

/// One that waits, until this is dropped.
struct Waiting<'a> {
    queue: &'a Mutex<Queue>,
    patience: Duration,
}

impl<'a> Waiting<'a> {
    fn begin(queue: &'a Mutex<Queue>, now: Instant) -> Self {
        let mut held = queue.lock().unwrap_or_else(PoisonError::into_inner);
        held.waiting += 1;
        let since = *held.since.get_or_insert(now);
        let is_standing = now.saturating_duration_since(since) >= PATIENCE;
        let patience = if is_standing {
            PATIENCE_IN_A_STANDING_QUEUE
        } else {
            PATIENCE
        };
        drop(held);
        Self { queue, patience }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.waiting -= 1;
        if queue.waiting == 0 {
            queue.since = None;
        }
    }
}

pub(super) async fn shed(
    State(shedding): State<Shedding>,
    request: Request,
    next: Next,
) -> Response {
    let is_event = request.uri().path() == EVENTS;
    if shedding.is_congested(&request) {
        SHED.add(1, &[("reason", "congestion")]);
        return refuse(request, "More is coming in than gets done; try again.").await;
    }
    let Some(_place) = shedding.place(is_event).await else {
        SHED.add(1, &[("reason", "concurrency")]);
        return refuse(request, "Too many requests at a time; try again.").await;
    };
    if is_event {
        shedding.heard(request.headers());
    }
    next.run(request).await
}

async fn refuse(request: Request, why: &'static str) -> Response {
    let _ = timeout(
        BODY_PATIENCE,
        to_bytes(request.into_body(), BODY_BYTES_HEARD),
    )
    .await;
    Problem::unavailable(why, RETRY_AFTER_SECONDS).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_may_wait_and_a_queue_that_stands_may_not() {
        let (queue, now) = (Mutex::default(), Instant::now());
        let first = Waiting::begin(&queue, now);
        let second = Waiting::begin(&queue, now + PATIENCE / 2);
        assert_eq!((first.patience, second.patience), (PATIENCE, PATIENCE));
        drop(first);
        let late = Waiting::begin(&queue, now + PATIENCE);
        assert_eq!(late.patience, PATIENCE_IN_A_STANDING_QUEUE);
        drop((second, late));
        let after = Waiting::begin(&queue, now + PATIENCE);
        assert_eq!(after.patience, PATIENCE, "the queue was empty");
    }
}
