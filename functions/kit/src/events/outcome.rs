//! How the handling of an event ended, how long that took, and how old the event was by then.

use std::{
    cell::Cell,
    future::Future,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use opentelemetry::KeyValue;
use tracing::Span;

use super::Refusal;
use crate::{
    Clock,
    metrics::{Histogram, is_told},
};

static DURATION: Histogram = Histogram::new(
    "messaging.process.duration",
    "How long it took to handle an event, or to refuse it.",
);
static FRESHNESS: Histogram = Histogram::long(
    "souk.event.freshness",
    "From the time that an event tells of until it was handled for the first time.",
);

tokio::task_local! {
    /// Whether what is being handled was handled before.
    static AGAIN: Cell<bool>;
}

/// What is being handled was handled before: nothing is done this time.
pub(crate) fn handled_before() {
    let _ = AGAIN.try_with(|again| again.set(true));
}

/// Handles an event, and tells how that ended. `event_type` is one that is heard here: types are few.
pub(super) async fn told(
    event_type: &'static str,
    happened_at: Option<DateTime<Utc>>,
    handling: impl Future<Output = Result<(), Refusal>>,
) -> Result<(), Refusal> {
    let begun = Instant::now();
    let handling = async {
        let handled = handling.await;
        (handled, AGAIN.with(Cell::get))
    };
    let (handled, again) = AGAIN.scope(Cell::new(false), handling).await;
    let outcome = match &handled {
        Ok(()) if again => "again",
        Ok(()) => "done",
        Err(Refusal::Later(_)) => "later",
        Err(Refusal::Never(_)) => "never",
    };
    let span = Span::current();
    span.record("souk.outcome", outcome);
    if handled.is_err() {
        span.record("otel.status_code", "ERROR");
    }
    if is_told() {
        let event_type = KeyValue::new("cloudevents.event_type", event_type);
        if outcome == "done" {
            let series = std::slice::from_ref(&event_type);
            if let Some(age) = happened_at.map(|at| age(at, Clock::system().now())) {
                FRESHNESS.record_to(age, series);
            }
        }
        let series = [event_type, KeyValue::new("souk.outcome", outcome)];
        DURATION.record_to(begun.elapsed(), &series);
    }
    handled
}

/// Clocks of two machines differ: nothing is younger than now.
fn age(happened_at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (now - happened_at).to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::metrics::Readout;

    #[tokio::test]
    async fn it_is_told_whether_an_event_was_done_again_later_or_never() {
        let told_so_far = Readout::start();
        let now = Some(Utc::now());
        let again = async {
            handled_before();
            Ok(())
        };
        let (later, never) = (Refusal::Later("busy".into()), Refusal::Never("no".into()));
        let _ = told("tested", now, async { Ok(()) }).await;
        let _ = told("tested", now, again).await;
        let _ = told("tested", now, async { Err(later) }).await;
        let _ = told("tested", now, async { Err(never) }).await;
        for outcome in ["done", "again", "later", "never"] {
            let labels = [
                ("cloudevents.event_type", "tested"),
                ("souk.outcome", outcome),
            ];
            let count = told_so_far.count("messaging.process.duration", &labels);
            assert_eq!(count, 1, "{outcome}");
        }
        let labels = [("cloudevents.event_type", "tested")];
        assert_eq!(told_so_far.count("souk.event.freshness", &labels), 1);
    }

    #[test]
    fn an_event_from_the_future_is_as_fresh_as_can_be() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(age(now, now + TimeDelta::seconds(3)).as_secs(), 3);
        assert_eq!(age(now + TimeDelta::seconds(3), now), Duration::ZERO);
    }
}
