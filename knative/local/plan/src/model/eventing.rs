//! What is heard: Brokers, Triggers, PingSources.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ObjectName;

/// A Broker of class Kafka.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BrokerPlan {
    /// The Broker.
    pub object: ObjectName,
    /// `default.topic.partitions`.
    pub partitions: u32,
}

/// Where events are sent: a URL as the functions know it, such as
/// `http://orders.souk.svc.cluster.local/events`.
pub type SinkUrl = String;

/// One Trigger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TriggerPlan {
    /// The Trigger.
    pub object: ObjectName,
    /// The Broker it listens to.
    pub broker: ObjectName,
    /// Which events it wants; all must match.
    pub filters: Vec<Filter>,
    /// Where it sends them.
    pub subscriber: SinkUrl,
    /// How it sends them: the Trigger's own `delivery` whole, else the Broker's whole.
    pub delivery: DeliveryPlan,
    /// `kafka.eventing.knative.dev/delivery.order: ordered`.
    pub ordered: bool,
}

/// One element of `spec.filters` (or `spec.filter.attributes` as `Exact`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Filter {
    /// Every attribute equals its value.
    Exact(BTreeMap<String, String>),
    /// Every attribute begins with its value.
    Prefix(BTreeMap<String, String>),
    /// Every attribute ends with its value.
    Suffix(BTreeMap<String, String>),
    /// All of them.
    All(Vec<Filter>),
    /// One of them at least.
    Any(Vec<Filter>),
    /// Not this one.
    Not(Box<Filter>),
}

/// How undelivered events are retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum BackoffPolicy {
    /// delay x n, n from 1.
    Linear,
    /// delay x 2^n, n from 1.
    Exponential,
}

/// `spec.delivery`, resolved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeliveryPlan {
    /// Attempts after the first.
    pub retry: u32,
    /// How the waits grow.
    pub backoff_policy: BackoffPolicy,
    /// Tenths of a second count; under 100 ms the Kafka broker does not retry at all.
    pub backoff_delay_ms: u64,
    /// Per attempt; default 600 s.
    pub timeout_ms: u64,
    /// Where an event goes that could not be delivered.
    pub dead_letter_sink: Option<SinkUrl>,
}

/// One PingSource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PingSourcePlan {
    /// The PingSource.
    pub object: ObjectName,
    /// Cron expression, five fields (or six with seconds).
    pub schedule: String,
    /// IANA name, or None for UTC.
    pub timezone: Option<String>,
    /// `contentType`.
    pub content_type: Option<String>,
    /// `data`.
    pub data: Option<String>,
    /// Where the event is sent.
    pub sink: SinkUrl,
    /// `ceOverrides.extensions`.
    pub extensions: BTreeMap<String, String>,
}
