//! How often keys are fetched, and what is said when they cannot be.

use std::time::Duration;

use thiserror::Error;

/// How often keys are fetched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// After this time they are fetched again while the old ones go on to be used.
    pub(crate) fresh: Duration,
    /// After this time they are not used any more.
    pub(crate) usable: Duration,
    /// An unknown key id makes nobody fetch more often than this.
    pub(crate) between: Duration,
    /// After a failure everybody is told so for this time.
    pub(crate) after_failure: Duration,
}

/// The keys cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub(crate) struct KeysAway(pub(crate) String);

impl Pace {
    pub(crate) const fn usual() -> Self {
        Self {
            fresh: Duration::from_secs(5 * 60),
            usable: Duration::from_secs(24 * 60 * 60),
            between: Duration::from_secs(5),
            after_failure: Duration::from_secs(1),
        }
    }
}
