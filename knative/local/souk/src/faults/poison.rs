//! Events that their consumer refuses for good: CloudEvents in order, with data that no function accepts. Each becomes a dead letter.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::Utc;
use http::Uri;
use serde_json::json;
use souk_plan::model::{Filter, TriggerPlan};
use tokio::time::Instant;
use uuid::Uuid;

use crate::wiring::Handles;

/// For so long a poisoned event counts as something that goes wrong now.
const LATELY: Duration = Duration::from_secs(5 * 60);
const SOURCE: &str = "/souk/faults";

/// What was sent.
#[derive(Default)]
pub(super) struct Poisoned(Mutex<(u64, Option<Instant>)>);

impl Poisoned {
    pub(super) fn count(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    pub(super) fn lately(&self) -> bool {
        let (_, last) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() < LATELY)
    }

    /// Sends one that this consumer hears.
    pub(super) async fn send(&self, consumer: &str, handles: &Handles) -> Result<(), String> {
        let event_type = heard_by(consumer, &handles.broker().trigger_plans())?;
        let answer = handles.send(event(&event_type)).await;
        if !answer.status().is_success() {
            return Err(format!("the broker answered {}", answer.status()));
        }
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *sent = (sent.0 + 1, Some(Instant::now()));
        Ok(())
    }
}

fn event(event_type: &str) -> Bytes {
    let id = Uuid::new_v4();
    let event = json!({
        "specversion": "1.0", "id": id, "source": SOURCE, "type": event_type,
        "time": Utc::now(), "datacontenttype": "application/json",
        "partitionkey": id, "data": { "poisoned": true },
    });
    event.to_string().into()
}

/// Of the types that the consumer hears the one that the fewest others hear as well: each of them will refuse it too.
fn heard_by(consumer: &str, triggers: &[TriggerPlan]) -> Result<String, String> {
    let mut listeners: BTreeMap<&str, usize> = BTreeMap::new();
    for event_type in triggers.iter().filter_map(event_type) {
        *listeners.entry(event_type).or_default() += 1;
    }
    let is_consumers = |trigger: &&TriggerPlan| function(trigger).as_deref() == Some(consumer);
    let types = triggers.iter().filter(is_consumers).filter_map(event_type);
    let least = types.min_by_key(|event_type| (listeners.get(event_type), *event_type));
    least.map(str::to_owned).ok_or_else(|| {
        let mut consumers: Vec<String> = triggers.iter().filter_map(function).collect();
        consumers.sort_unstable();
        consumers.dedup();
        let consumers = consumers.join(", ");
        format!("no trigger sends events to {consumer}; they send to {consumers}")
    })
}

fn function(trigger: &TriggerPlan) -> Option<String> {
    let subscriber: Uri = trigger.subscriber.parse().ok()?;
    Some(subscriber.host()?.split('.').next()?.to_owned())
}

fn event_type(trigger: &TriggerPlan) -> Option<&str> {
    match trigger.filters.as_slice() {
        [Filter::Exact(attributes)] if attributes.len() == 1 => {
            attributes.get("type").map(String::as_str)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use souk_plan::model::{BackoffPolicy, DeliveryPlan, ObjectName};

    use super::*;

    fn trigger(function: &str, event_type: &str) -> TriggerPlan {
        let named = |name: &str| ObjectName {
            namespace: "souk".to_owned(),
            name: name.to_owned(),
        };
        TriggerPlan {
            object: named(&format!("{function}-on-{event_type}")),
            broker: named("default"),
            filters: vec![Filter::Exact(
                [("type".to_owned(), event_type.to_owned())].into(),
            )],
            subscriber: format!("http://{function}.souk.svc.cluster.local/events"),
            delivery: DeliveryPlan {
                retry: 0,
                backoff_policy: BackoffPolicy::Linear,
                backoff_delay_ms: 0,
                timeout_ms: 1,
                dead_letter_sink: None,
            },
            ordered: false,
        }
    }

    #[test]
    fn as_few_others_as_can_be_are_poisoned_too() {
        let triggers = [
            trigger("inventory", "order.placed"),
            trigger("carts", "order.placed"),
            trigger("inventory", "goods.received"),
        ];
        assert_eq!(heard_by("inventory", &triggers).unwrap(), "goods.received");
        assert_eq!(heard_by("carts", &triggers).unwrap(), "order.placed");
        let why = heard_by("gateway", &triggers).unwrap_err();
        assert_eq!(
            why,
            "no trigger sends events to gateway; they send to carts, inventory"
        );
    }
}
