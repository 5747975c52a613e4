//! What every route has at hand.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::api::LastLook;
use crate::shop::Shop;
use crate::telemetry::Telemetry;

/// What stays the same for as long as the shop is open.
#[derive(Debug, Clone)]
pub struct About {
    /// Souk's version.
    pub version: String,
    /// When the shop was opened, by its own time of day.
    pub opened_at: DateTime<Utc>,
    /// URL of the gateway.
    pub gateway: String,
    /// Where the shop keeps everything.
    pub data_dir: String,
}

/// The state of all routes. Clones are the same.
#[derive(Clone)]
pub(crate) struct Console {
    pub(crate) about: Arc<About>,
    pub(crate) shop: Arc<dyn Shop>,
    pub(crate) telemetry: Telemetry,
    pub(crate) last_look: LastLook,
}
