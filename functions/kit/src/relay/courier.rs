//! Carries one event to the sink, more than once if need be, and several at a time.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use tokio::{sync::Semaphore, time::timeout};
use tokio_retry::RetryIf;

use super::Outgoing;
use crate::{
    Sink,
    resilience::backoff,
    sink::SinkError,
    telemetry::sending::{From, Sending},
};

/// How many events are on their way at the same time.
pub(super) const IN_FLIGHT_MAX: usize = 64;
const RETRIES: usize = 6;
/// What a sweep may take for a batch. It holds rows meanwhile, and PostgreSQL ends a transaction in which nothing happens for ten seconds.
const BATCH_TIMEOUT: Duration = Duration::from_secs(8);

#[derive(Clone)]
pub(crate) struct Courier {
    sink: Sink,
    permits: Arc<Semaphore>,
}

impl Courier {
    pub(super) fn new(sink: Sink) -> Self {
        Self {
            sink,
            permits: Arc::new(Semaphore::new(IN_FLIGHT_MAX)),
        }
    }

    /// Whether the event is with the broker now, after a few tries if need be.
    pub(super) async fn deliver(&self, outgoing: &Outgoing) -> bool {
        let sending = Sending::begin(
            &outgoing.event,
            outgoing.traceparent.as_deref(),
            From::Commit,
        );
        let send = || self.send(outgoing, &sending);
        let passes = |error: &SinkError| {
            sending.failed_once(error);
            error.passes()
        };
        let outcome = RetryIf::start(backoff(RETRIES), send, passes).await;
        told(outgoing, sending, outcome)
    }

    /// The ids of those that are with the broker now, after one try each, within eight seconds: a sweep holds its rows meanwhile, and
    /// is repeated anyway.
    pub(crate) async fn deliver_all(&self, events: &[Outgoing]) -> Vec<String> {
        let sent = join_all(events.iter().map(|outgoing| self.sweep(outgoing))).await;
        let sent = events.iter().zip(sent).filter(|(_, sent)| *sent);
        sent.map(|(outgoing, _)| outgoing.id.clone()).collect()
    }

    async fn sweep(&self, outgoing: &Outgoing) -> bool {
        let sending = Sending::begin(
            &outgoing.event,
            outgoing.traceparent.as_deref(),
            From::Sweep,
        );
        let Ok(outcome) = timeout(BATCH_TIMEOUT, self.send(outgoing, &sending)).await else {
            tracing::error!(
                id = outgoing.id,
                "the sink does not answer; the event stays in the outbox"
            );
            return false;
        };
        told(outgoing, sending, outcome)
    }

    async fn send(&self, outgoing: &Outgoing, sending: &Sending) -> Result<(), SinkError> {
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await.ok();
        let own = sending.traceparent();
        let traceparent = own.as_deref().or(outgoing.traceparent.as_deref());
        self.sink.post(&outgoing.event, traceparent).await
    }
}

fn told(outgoing: &Outgoing, sending: Sending, outcome: Result<(), SinkError>) -> bool {
    if let Err(error) = &outcome {
        tracing::error!(%error, id = outgoing.id, "an event could not be sent and stays in the outbox");
    }
    sending.ended(outcome.as_ref().copied(), Some(outgoing.since.elapsed()));
    outcome.is_ok()
}
