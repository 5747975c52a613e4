//! Spans of an order's traces.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// A span of one of the order's traces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Span {
    pub(crate) trace_id: String,
    pub(crate) span_id: [u8; 8],
    /// `None`: it begins its trace.
    pub(crate) parent_id: Option<[u8; 8]>,
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) duration_us: i64,
    pub(crate) error: bool,
    /// What its status says; empty when there is nothing to say.
    pub(crate) status: String,
    pub(crate) attributes: BTreeMap<String, Value>,
    pub(crate) events: Vec<SpanEvent>,
}

/// Something that happened during a span.
#[derive(Debug, Clone, Default)]
pub(crate) struct SpanEvent {
    pub(crate) name: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) attributes: BTreeMap<String, Value>,
}

impl Span {
    /// Whether it was done within `other`.
    pub(crate) fn is_below(&self, other: &Self) -> bool {
        self.trace_id == other.trace_id && self.parent_id == Some(other.span_id)
    }

    /// A text among its attributes.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.as_str()
    }

    /// An attribute that is true, whether it is a boolean or its text.
    pub(crate) fn is(&self, name: &str) -> bool {
        let value = self.attributes.get(name);
        value.is_some_and(|value| *value == Value::Bool(true) || value == "true")
    }
}
