//! What every handler has at hand.

use std::sync::Arc;

use souk_kit::{Caller, Clock, Ids};
use sqlx::PgPool;
use url::Url;

use crate::{domain::Subscribers, metrics::OpenCount, store::claims::Claim};

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) pool: PgPool,
    pub(crate) open: OpenCount,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    /// Which addresses are subscribers'.
    pub(crate) subscribers: Subscribers,
    /// How one of them is reached: at the address itself, save in tests.
    pub(crate) reach: Arc<dyn Fn(Url) -> Url + Send + Sync>,
}

impl App {
    /// A new claim, for one request of this caller.
    pub(crate) fn claim(&self, caller: &Caller) -> Claim {
        Claim {
            id: self.ids.next(),
            now: self.clock.now(),
            by: caller.subject,
        }
    }
}
