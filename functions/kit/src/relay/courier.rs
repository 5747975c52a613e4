//! Carries one event to the sink, more than once if need be, and several at a time.

use std::sync::Arc;

use futures::future::join_all;
use tokio::sync::Semaphore;
use tokio_retry::RetryIf;

use super::Outgoing;
use crate::{Sink, resilience::backoff, sink::SinkError};

/// How many events are on their way at the same time.
pub(super) const IN_FLIGHT_MAX: usize = 64;
const RETRIES: usize = 6;

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

    /// Whether the event is with the broker now.
    pub(crate) async fn deliver(&self, outgoing: &Outgoing) -> bool {
        let Ok(_permit) = self.permits.acquire().await else {
            return false;
        };
        let send = || {
            self.sink
                .send(&outgoing.event, outgoing.traceparent.as_deref())
        };
        match RetryIf::start(backoff(RETRIES), send, SinkError::passes).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, id = outgoing.id, "an event could not be sent and stays in the outbox");
                false
            }
        }
    }

    /// The ids of those that are with the broker now.
    pub(crate) async fn deliver_all(&self, events: &[Outgoing]) -> Vec<String> {
        let deliveries = events.iter().map(|outgoing| self.deliver(outgoing));
        let sent = join_all(deliveries).await;
        events
            .iter()
            .zip(sent)
            .filter(|(_, sent)| *sent)
            .map(|(outgoing, _)| outgoing.id.clone())
            .collect()
    }
}
