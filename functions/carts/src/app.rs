//! What every handler has at hand.

use chrono::{DateTime, TimeDelta, Utc};
use souk_kit::dynamodb::Outbox;

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outbox: Outbox,
    /// How long a cart is kept after its last change.
    pub(crate) lifetime: TimeDelta,
}

impl App {
    /// The time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.outbox.clock().now()
    }
}
