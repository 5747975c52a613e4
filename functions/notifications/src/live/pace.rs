//! How often a follower looks, and how long it stays.

use std::time::Duration;

/// The times of a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Between two looks into the table.
    pub(crate) look: Duration,
    /// Between two signs of life while there is nothing to tell.
    pub(crate) heartbeat: Duration,
    /// How long an order is waited for that was not heard of yet.
    pub(crate) patience: Duration,
    /// How long a stream lasts. The function's `timeoutSeconds` would cut it, and the end would be a text in its middle.
    pub(crate) lasts: Duration,
    /// After what time a browser comes again.
    pub(crate) retry: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(1),
            heartbeat: Duration::from_secs(15),
            patience: Duration::from_secs(60),
            lasts: Duration::from_secs(540),
            retry: Duration::from_secs(2),
        }
    }
}
