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
    /// The latest of its revisions that is ready.
    pub revision: String,
    /// Its processes, those of older revisions first. Empty: it is at zero.
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
    /// Why the newest of its revisions is not the latest that is ready.
    pub pending: Option<String>,
    /// Why its requests do not go where the manifest, or somebody, wants them.
    pub held_back: Option<String>,
    /// Its revisions, oldest first.
    pub revisions: Vec<RevisionStatus>,
}

/// One revision at one moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RevisionStatus {
    /// Its name.
    pub name: String,
    /// Whether it came up: `True`, `False`, or `Unknown`.
    pub ready: &'static str,
    /// Why it did not.
    pub reason: Option<String>,
    /// `latestRevision: true` means this one.
    pub latest: bool,
    /// Of a hundred of the Service's requests it gets so many.
    pub percent: u32,
    /// Names of its own: it answers at `<tag>-<service>`.
    pub tags: Vec<String>,
    /// Its image, as the manifest names it.
    pub image: String,
    /// The content of what it runs.
    pub digest: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Its processes, oldest first.
    pub instances: Vec<InstanceStatus>,
    /// How many the autoscaler wants.
    pub desired: u32,
    /// How often a request found none and had one started.
    pub cold_starts: u64,
    /// Requests that the activator holds until an instance has room.
    pub waiting: usize,
    /// When the last request came in.
    pub last_request_at: Option<DateTime<Utc>>,
    /// Why its process ends again and again, at this moment.
    pub failing: Option<String>,
}

/// One process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstanceStatus {
    /// The revision that it runs.
    pub revision: String,
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
