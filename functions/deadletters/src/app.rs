//! What every handler has at hand.

use souk_kit::{Clock, Ids};
use sqlx::PgPool;

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) pool: PgPool,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
}
