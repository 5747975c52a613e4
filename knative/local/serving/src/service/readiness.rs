//! Whether a revision comes up, and to which one `latestRevision: true` leads. Pure.

use serde::{Deserialize, Serialize};

use super::ServiceRecord;

/// What is known of a revision (its condition `Ready`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// The first of its Service: it gets requests without having been tried.
    Assumed,
    /// Instances of it are started to see whether they come up.
    Tried,
    /// It came up.
    Ready,
    /// It did not; why.
    Failed(String),
}

impl Readiness {
    /// Whether requests may be sent to it.
    pub(crate) fn takes_requests(&self) -> bool {
        matches!(self, Self::Assumed | Self::Ready)
    }

    /// As Knative writes the condition.
    #[must_use]
    pub fn condition(&self) -> &'static str {
        match self {
            Self::Ready => "True",
            Self::Failed(_) => "False",
            Self::Assumed | Self::Tried => "Unknown",
        }
    }

    /// What it is when its instances have come `up`, or end again and again for the reason of `failure`. Who came up
    /// once stays ready; who failed may still come up.
    pub(super) fn after(&self, up: bool, failure: Option<&str>) -> Self {
        match (self, failure) {
            _ if up => Self::Ready,
            (Self::Tried | Self::Failed(_), Some(why)) => Self::Failed(why.to_owned()),
            _ => self.clone(),
        }
    }
}

/// The latest created revision as soon as it takes requests; else a newer one than before that does; else the one before.
pub(super) fn latest(record: &ServiceRecord) -> String {
    let takes = |name: &str| {
        let revision = record.revision(name);
        revision.is_some_and(|one| one.readiness.takes_requests())
    };
    if takes(&record.latest_created) {
        return record.latest_created.clone();
    }
    let names = record.revisions.iter().map(|one| &one.plan.revision);
    let newer = names.skip_while(|name| **name != record.latest_ready);
    newer
        .filter(|name| takes(name))
        .last()
        .unwrap_or(&record.latest_ready)
        .clone()
}
