//! What outlives a reload: counters, verdicts on tokens, metrics.

use std::sync::Once;

use souk_network::Spans;
use uuid::Uuid;

use crate::plugins::jwt::VerifiedTokens;
use crate::plugins::prometheus::Metrics;
use crate::plugins::rate_limiting::Counters;
use crate::throttle::Throttle;

/// State that plugins of every configuration share.
pub(crate) struct Shared {
    pub(crate) counters: Counters,
    pub(crate) tokens: VerifiedTokens,
    pub(crate) metrics: Metrics,
    pub(crate) throttle: Throttle,
    pub(crate) spans: Spans,
    /// That no spans are sent from here has been told.
    pub(crate) told_of_spans: Once,
    /// Stands for Kong's worker in generated correlation ids.
    pub(crate) worker: Uuid,
}

impl Shared {
    pub(crate) fn new(spans: Spans) -> Self {
        Self {
            counters: Counters::default(),
            tokens: VerifiedTokens::default(),
            metrics: Metrics::default(),
            throttle: Throttle::default(),
            spans,
            told_of_spans: Once::new(),
            worker: Uuid::new_v4(),
        }
    }
}
