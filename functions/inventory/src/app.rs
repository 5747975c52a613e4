//! What every handler has at hand.

use chrono::TimeDelta;
use souk_kit::postgres::Outbox;

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outbox: Outbox,
    /// How long pieces are held for an order that nobody has confirmed.
    pub(crate) holding_time: TimeDelta,
}
