//! Spans of the runtime's own parts, which are handed over within the process.

use serde_json::{Map, Value, json};
use souk_network::{Kind, Span, SpanEvent, Value as Inside};

use super::spans::{Detail, Received, complete};
use crate::record::{SpanKind, SpanRecord};
use crate::time::micros;

/// The span as it is kept.
pub(crate) fn record(span: Span) -> Received {
    let trace_id = span.trace_id.to_be_bytes();
    let start_us = micros(span.started);
    let record = SpanRecord {
        span_id: span.span_id.to_be_bytes(),
        parent_id: span.parent_id.map(u64::to_be_bytes),
        service: span.service.to_owned(),
        name: span.name,
        kind: kind(span.kind),
        start_us,
        duration_us: micros(span.ended).saturating_sub(start_us).max(0),
        error: span.error.is_some(),
        status: span.error.unwrap_or_default(),
        detail: String::new(),
    };
    let detail = Detail {
        attributes: attributes(span.attributes),
        events: span.events.into_iter().map(event).collect(),
        links: Vec::new(),
    };
    complete(trace_id, record, &detail)
}

fn kind(kind: Kind) -> SpanKind {
    match kind {
        Kind::Server => SpanKind::Server,
        Kind::Client => SpanKind::Client,
        Kind::Producer => SpanKind::Producer,
        Kind::Consumer => SpanKind::Consumer,
        Kind::Internal => SpanKind::Internal,
    }
}

fn event(event: SpanEvent) -> Value {
    json!({
        "name": event.name,
        "at_us": micros(event.at),
        "attributes": attributes(event.attributes),
    })
}

fn attributes(all: Vec<(&'static str, Inside)>) -> Map<String, Value> {
    let named = all.into_iter();
    named
        .map(|(name, value)| (name.to_owned(), json_of(value)))
        .collect()
}

fn json_of(value: Inside) -> Value {
    match value {
        Inside::Text(text) => Value::String(super::attributes::cut(text)),
        Inside::Int(number) => Value::from(number),
        Inside::Float(number) => Value::from(number),
        Inside::Bool(yes) => Value::Bool(yes),
    }
}
