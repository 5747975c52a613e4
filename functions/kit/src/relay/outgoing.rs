//! An event on its way out, and how it is kept until it is gone.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use cloudevents::{AttributesReader, Event};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use thiserror::Error;

use crate::telemetry;

/// The broker takes a megabyte, headers included; what is larger would be refused for ever.
const EVENT_BYTES_MAX: usize = 900_000;

#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) id: String,
    pub(crate) event: Event,
    pub(crate) kept: Box<RawValue>,
    pub(crate) traceparent: Option<String>,
    /// When it was made, or as if it had been made in this process.
    pub(crate) since: Instant,
}

/// An event as the store keeps it.
#[derive(Serialize, Deserialize)]
struct Kept<E> {
    event: E,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
}

/// Why an event cannot be emitted at all.
#[derive(Debug, Error)]
pub enum EmitError {
    /// The broker would never take it.
    #[error("the event {0} has {1} bytes, the broker takes {EVENT_BYTES_MAX}")]
    TooLarge(String, usize),
    /// It cannot be written as JSON.
    #[error("the event cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
}

impl Outgoing {
    /// An event that continues the trace of what is being done.
    pub(crate) fn new(event: Event) -> Result<Self, EmitError> {
        let traceparent = telemetry::traceparent();
        let kept = to_raw_value(&Kept {
            event: &event,
            traceparent: traceparent.clone(),
        })?;
        if kept.get().len() > EVENT_BYTES_MAX {
            return Err(EmitError::TooLarge(event.ty().to_owned(), kept.get().len()));
        }
        Ok(Self {
            id: event.id().to_owned(),
            event,
            kept,
            traceparent,
            since: Instant::now(),
        })
    }

    /// An event that was left behind, and has waited for so long.
    pub(crate) fn recovered(kept: &str, waited: TimeDelta) -> Result<Self, serde_json::Error> {
        let Kept { event, traceparent } = serde_json::from_str::<Kept<Event>>(kept)?;
        let (id, kept) = (
            event.id().to_owned(),
            RawValue::from_string(kept.to_owned())?,
        );
        Ok(Self {
            id,
            event,
            kept,
            traceparent,
            since: before(waited.to_std().unwrap_or_default()),
        })
    }
}

/// So long ago, or as long ago as this machine knows.
fn before(waited: Duration) -> Instant {
    let now = Instant::now();
    now.checked_sub(waited).unwrap_or(now)
}

impl From<EmitError> for crate::Problem {
    fn from(error: EmitError) -> Self {
        Self::internal(error)
    }
}

impl From<EmitError> for crate::Refusal {
    /// The same delivery would make the same event.
    fn from(error: EmitError) -> Self {
        Self::Never(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use cloudevents::{EventBuilder, EventBuilderV10};
    use serde_json::json;

    use super::*;

    fn event(text: &str) -> Event {
        let data = json!({ "text": text });
        EventBuilderV10::new()
            .id("1")
            .source("/s")
            .ty("t")
            .data("application/json", data)
            .build()
            .unwrap()
    }

    #[test]
    fn an_event_is_recovered_as_it_was() {
        let outgoing = Outgoing::new(event("a 'quoted' $1 \\ text")).unwrap();
        let waited = TimeDelta::seconds(5);
        let recovered = Outgoing::recovered(outgoing.kept.get(), waited).unwrap();
        assert!(recovered.since.elapsed() >= Duration::from_secs(5));
        assert_eq!(
            (recovered.event, recovered.traceparent),
            (outgoing.event, outgoing.traceparent)
        );
    }

    #[test]
    fn an_event_the_broker_would_never_take_is_refused_when_it_is_made() {
        assert!(Outgoing::new(event(&"x".repeat(890_000))).is_ok());
        assert!(matches!(
            Outgoing::new(event(&"x".repeat(900_000))),
            Err(EmitError::TooLarge(..))
        ));
    }
}
