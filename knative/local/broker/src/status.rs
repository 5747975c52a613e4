//! What a person sees of a trigger.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_plan::model::TriggerPlan;

use crate::delivery::{Counters, Counts};
use crate::group::Progress;

/// A trigger and how it fares. The counts begin when the broker is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TriggerStatus {
    /// The trigger's name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The name of its broker.
    pub broker: String,
    /// Where it sends events.
    pub subscriber: String,
    /// Events in the broker that it is not done with, wanted or not.
    pub lag: u64,
    /// Events that are being delivered, or that wait for their next attempt.
    pub in_flight: usize,
    /// Events that the subscriber took.
    pub delivered: u64,
    /// Attempts after the first.
    pub retried: u64,
    /// Events that the subscriber did not take.
    pub failed: u64,
    /// Events that the dead letter sink took.
    pub dead_lettered: u64,
    /// Events that nobody took.
    pub lost: u64,
    /// Why an event was last given up.
    pub last_failure: Option<String>,
    /// Events of which an attempt has failed and that are tried again, those that are next first; 50 at most.
    pub retrying: Vec<RetryStatus>,
}

/// An event that is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetryStatus {
    /// Its id.
    pub event_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Its `partitionkey`: the order's id, for instance.
    pub key: Option<String>,
    /// Attempts so far.
    pub attempt: u32,
    /// When the first one began.
    pub since: DateTime<Utc>,
    /// When the next one begins; over while it is under way.
    pub next_at: DateTime<Utc>,
    /// Why the last one failed.
    pub why: String,
    /// The subscriber does not get it any more: the dead letter sink does.
    pub dead_letter: bool,
}

/// One trigger's numbers.
pub(crate) struct Watched {
    pub(crate) trigger: Arc<TriggerPlan>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) counters: Arc<Counters>,
}

impl Watched {
    pub(crate) fn now(&self) -> TriggerStatus {
        let Counts {
            delivered,
            retried,
            failed,
            dead_lettered,
            lost,
            last_failure,
            retrying,
        } = self.counters.now();
        TriggerStatus {
            name: self.trigger.object.name.clone(),
            namespace: self.trigger.object.namespace.clone(),
            broker: self.trigger.broker.name.clone(),
            subscriber: self.trigger.subscriber.clone(),
            lag: self.progress.lag(),
            in_flight: self.progress.in_flight(),
            delivered,
            retried,
            failed,
            dead_lettered,
            lost,
            last_failure,
            retrying,
        }
    }
}
