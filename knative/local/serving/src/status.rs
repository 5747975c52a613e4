//! What `souk ps` shows of a function.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// One function at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunctionStatus {
    /// The Service's name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its latest revision.
    pub revision: String,
    /// Its processes, oldest first. Empty: it is at zero.
    pub instances: Vec<InstanceStatus>,
    /// How many the autoscaler wants.
    pub desired: u32,
    /// How often a request found none and had one started.
    pub cold_starts: u64,
    /// Requests that the activator holds until an instance has room.
    pub waiting: usize,
    /// When the last request came in.
    pub last_request_at: Option<DateTime<Utc>>,
    /// Why it does not come up, when it ends again and again.
    pub failing: Option<String>,
}

/// One process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstanceStatus {
    /// Process id; none before the process is started.
    pub pid: Option<u32>,
    /// The port that it was given.
    pub port: u16,
    /// Where it is in its life.
    pub state: InstanceState,
    /// Requests whose answers are not at their end, open streams included.
    pub in_flight: u32,
}

/// Where an instance is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InstanceState {
    /// Its readiness probe has not succeeded yet.
    Starting,
    /// It gets requests.
    Ready,
    /// It was ready and its readiness probe fails now: no requests until it succeeds again.
    Unready,
    /// No new requests; it ends when those under way have ended.
    Draining,
}
