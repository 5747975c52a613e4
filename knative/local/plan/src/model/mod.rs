//! The resolved plan: everything the runtime needs to know, and nothing about how it was written down.
//!
//! Every other part of the runtime sees this and never a manifest. All names are Kubernetes' and Kong's own.

mod eventing;
mod gateway;
mod serving;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use eventing::*;
pub use gateway::*;
pub use serving::*;

/// Namespace and name of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectName {
    /// The object's namespace.
    pub namespace: String,
    /// The object's name.
    pub name: String,
}

/// What `souk up` runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Knative Services, by name.
    pub services: Vec<ServicePlan>,
    /// Brokers of class Kafka.
    pub brokers: Vec<BrokerPlan>,
    /// Triggers, each with the delivery that applies to it.
    pub triggers: Vec<TriggerPlan>,
    /// PingSources with their resolved sink.
    pub ping_sources: Vec<PingSourcePlan>,
    /// Jobs: run to completion once for each version of their template.
    pub jobs: Vec<JobPlan>,
    /// ConfigMaps and Secrets in the manifests.
    pub config: Vec<ConfigObject>,
    /// ConfigMap and Secret keys that are referenced but in no manifest: the operator's to make.
    pub needs: Vec<ConfigNeed>,
    /// Kong's routes and plugins.
    pub gateway: GatewayPlan,
}

/// A ConfigMap or a Secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ConfigKind {
    /// `v1` ConfigMap.
    ConfigMap,
    /// `v1` Secret.
    Secret,
}

/// A ConfigMap or Secret that the manifests hold (Secret data decoded from base64).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConfigObject {
    /// Which of the two.
    pub kind: ConfigKind,
    /// Where it is.
    pub object: ObjectName,
    /// Its entries. Never printed for a Secret.
    #[serde(skip)]
    pub data: BTreeMap<String, String>,
}

/// A key that some object refers to and no manifest defines.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ConfigNeed {
    /// Which of the two.
    pub kind: ConfigKind,
    /// The object referred to.
    pub object: ObjectName,
    /// The key in it. None: the whole object (`envFrom`).
    pub key: Option<String>,
    /// The reference is marked `optional`.
    pub optional: bool,
    /// Who asks, for messages: `Service souk/orders, env DATABASE_URL (knative/base/orders.yaml:31)`.
    pub wanted_by: String,
}
