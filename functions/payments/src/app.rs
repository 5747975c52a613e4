//! What every handler has at hand.

use souk_kit::postgres::Outbox;

use crate::provider::Provider;

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outbox: Outbox,
    pub(crate) provider: Provider,
}
