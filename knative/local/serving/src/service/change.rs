//! What is asked of Services, and what came of it.

use serde::{Deserialize, Serialize};

/// What applying a manifest did to a Service, as `kubectl` says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Created,
    /// It is another one now.
    Configured {
        /// The revision that its new template made.
        revision: Option<String>,
    },
    /// It says what it said.
    Unchanged,
    /// It is no longer in the manifests.
    Deleted,
}

/// A change of traffic by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficChange {
    /// Revision (or `@latest`) and percentage. None at all: they stay.
    pub percents: Vec<(String, u32)>,
    /// Tag and revision (or `@latest`).
    pub tags: Vec<(String, String)>,
    /// Tags to take away.
    pub untag: Vec<String>,
}
