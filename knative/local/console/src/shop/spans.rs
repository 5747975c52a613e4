//! The spans of an order's traces, as its path reads them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::path::facts::{Span, SpanEvent};
use crate::record::SpanRecord;
use crate::store::{Trace, TraceFilter};
use crate::telemetry::Telemetry;

/// Traces of one order that are read: an order has one, and one for each that somebody began later.
const TRACES_MOST: usize = 20;
/// Spans of one trace that are read.
const SPANS_MOST: usize = 2_000;

/// What a span says besides.
#[derive(Default, Deserialize)]
struct Detail {
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    name: String,
    at_us: i64,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
}

/// By their start; none when the history cannot be read, which is told in the log.
pub(super) async fn of_order(telemetry: &Telemetry, order_id: &str) -> Vec<Span> {
    let filter = TraceFilter {
        limit: TRACES_MOST,
        key: Some(order_id.to_owned()),
        ..TraceFilter::default()
    };
    let mut spans = match read(telemetry, filter).await {
        Ok(traces) => traces.into_iter().flat_map(of_trace).collect(),
        Err(error) => {
            tracing::warn!(%error, "the history of spans cannot be read");
            Vec::new()
        }
    };
    spans.sort_by_key(|span| span.started_at);
    spans
}

async fn read(telemetry: &Telemetry, filter: TraceFilter) -> rusqlite::Result<Vec<Trace>> {
    let store = telemetry.store();
    let mut traces = Vec::new();
    for head in store.traces(filter).await?.traces {
        traces.extend(store.trace(head.trace_id, SPANS_MOST).await?);
    }
    Ok(traces)
}

fn of_trace(trace: Trace) -> Vec<Span> {
    let trace_id = trace.head.id();
    let spans = trace.spans.into_iter().map(|span: SpanRecord| {
        let Detail { attributes, events } = detail(&span.detail);
        Span {
            trace_id: trace_id.clone(),
            span_id: span.span_id,
            parent_id: span.parent_id,
            service: span.service,
            name: span.name,
            kind: span.kind.name().to_owned(),
            started_at: time(span.start_us),
            duration_us: span.duration_us,
            error: span.error,
            status: span.status,
            attributes,
            events: events.into_iter().map(of_event).collect(),
        }
    });
    spans.collect()
}

/// What cannot be read says nothing.
fn detail(text: &str) -> Detail {
    serde_json::from_str(text).unwrap_or_default()
}

fn of_event(event: Event) -> SpanEvent {
    SpanEvent {
        name: event.name,
        at: time(event.at_us),
        attributes: event.attributes,
    }
}

fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
