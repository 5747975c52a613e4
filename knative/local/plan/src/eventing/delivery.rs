//! `delivery`: how often an event is tried, and where it goes in the end.

use super::{destination, duration};
use crate::fields::Field;
use crate::known::Known;
use crate::model::{BackoffPolicy, DeliveryPlan};

/// Of the Kafka broker, when nothing is said.
const TIMEOUT_MS: u64 = 600_000;
const BACKOFF_DELAY_MS: u64 = 200;
/// The least that the broker's tenths of a second can tell from nothing.
const LEAST_MS: u64 = 100;

/// What the cluster gives a Broker without any `delivery` (`config-br-defaults`).
pub(super) fn of_the_cluster() -> DeliveryPlan {
    DeliveryPlan {
        retry: 10,
        ..empty()
    }
}

/// What an empty `delivery` comes to.
fn empty() -> DeliveryPlan {
    DeliveryPlan {
        retry: 0,
        backoff_policy: BackoffPolicy::Exponential,
        backoff_delay_ms: BACKOFF_DELAY_MS,
        timeout_ms: TIMEOUT_MS,
        dead_letter_sink: None,
    }
}

/// Reads a `delivery` of an object in this namespace. It stands for itself: nothing is merged into it.
pub(super) fn read(field: &Field<'_>, namespace: &str, known: &Known) -> DeliveryPlan {
    let mut plan = empty();
    let Some(mut fields) = field.fields() else {
        return plan;
    };
    fields.refuse(
        &["retryAfterMax"],
        "is refused by Knative unless the feature flag delivery-retryafter is set",
    );
    if let Some(format) = fields.take("format")
        && format.text().is_some_and(|text| text != "binary")
    {
        format.wrong("the Kafka broker sends `binary` whatever is written here");
    }
    plan.retry = fields.number("retry", 0..=i64::from(i32::MAX)).unwrap_or(0);
    match fields
        .take("backoffPolicy")
        .map(|policy| (policy.text(), policy))
    {
        None | Some((None | Some("exponential"), _)) => (),
        Some((Some("linear"), _)) => plan.backoff_policy = BackoffPolicy::Linear,
        Some((Some(other), policy)) => {
            policy.wrong(format!("`{other}` must be linear or exponential"))
        }
    }
    if let Some(delay) = fields.take("backoffDelay") {
        plan.backoff_delay_ms = milliseconds(&delay).unwrap_or(BACKOFF_DELAY_MS);
        if plan.backoff_delay_ms < LEAST_MS && plan.retry > 0 {
            delay.wrong("below PT0.1S the Kafka broker does not retry at all; write PT0.1S or more, or `retry: 0`");
        }
    }
    if let Some(timeout) = fields.take("timeout") {
        plan.timeout_ms = milliseconds(&timeout).unwrap_or(TIMEOUT_MS);
        if plan.timeout_ms < LEAST_MS {
            timeout.wrong("must be PT0.1S or more");
        }
    }
    if let Some(sink) = fields.take("deadLetterSink") {
        plan.dead_letter_sink = destination::read(&sink, namespace, known);
    }
    plan
}

fn milliseconds(field: &Field<'_>) -> Option<u64> {
    let duration = duration::milliseconds(field.text()?);
    if duration.is_none() {
        field.wrong("must be an ISO 8601 duration in weeks or smaller units, such as `PT0.5S`");
    }
    duration
}
