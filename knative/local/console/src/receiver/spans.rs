//! Spans as they come, and what of them is kept.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::attributes;
use crate::flow::Heard;
use crate::hex;
use crate::record::{SpanKind, SpanRecord, TracedSpan};

/// More events and links of one span are left out.
const EVENTS_MOST: usize = 128;
/// What of a span's resource is kept with each of its spans: which instance it was.
const OF_RESOURCE: [&str; 2] = ["faas.version", "service.instance.id"];

/// A span to keep, and what it tells of the flow.
pub(crate) struct Received {
    pub(crate) span: TracedSpan,
    pub(crate) heard: Heard,
}

/// What a span has besides its row.
#[derive(Serialize)]
pub(super) struct Detail {
    pub(super) attributes: Map<String, Value>,
    pub(super) events: Vec<Value>,
    pub(super) links: Vec<Value>,
}

/// Everything that has proper ids.
pub(super) fn records(request: ExportTraceServiceRequest) -> Vec<Received> {
    let resources = request.resource_spans.into_iter();
    resources.flat_map(of_resource).collect()
}

fn of_resource(spans: ResourceSpans) -> Vec<Received> {
    let (service, instance) = resource(spans.resource);
    let all = spans.scope_spans.into_iter().flat_map(|scope| scope.spans);
    all.filter_map(|span| received(span, &service, &instance))
        .collect()
}

/// The service's name, and the attributes that say which instance it is.
pub(super) fn resource(resource: Option<Resource>) -> (String, Map<String, Value>) {
    let all = attributes::json(resource.unwrap_or_default().attributes);
    let service = all.get("service.name").and_then(Value::as_str);
    let service = service.unwrap_or("unknown_service").to_owned();
    let kept = |(name, _): &(String, Value)| OF_RESOURCE.contains(&name.as_str());
    (service, all.into_iter().filter(kept).collect())
}

fn received(span: Span, service: &str, instance: &Map<String, Value>) -> Option<Received> {
    let mut attributes = instance.clone();
    attributes.extend(attributes::json(span.attributes));
    let status = span.status.unwrap_or_default();
    let error = status.code == StatusCode::Error as i32;
    let trace_id = id(&span.trace_id)?;
    let record = SpanRecord {
        span_id: id(&span.span_id)?,
        parent_id: id(&span.parent_span_id),
        service: service.to_owned(),
        name: attributes::cut(span.name),
        kind: SpanKind::of(span.kind.into()),
        start_us: micros(span.start_time_unix_nano),
        duration_us: micros(
            span.end_time_unix_nano
                .saturating_sub(span.start_time_unix_nano),
        ),
        error,
        status: attributes::cut(status.message),
        detail: String::new(),
    };
    let detail = Detail {
        attributes,
        events: span
            .events
            .into_iter()
            .take(EVENTS_MOST)
            .map(event)
            .collect(),
        links: span.links.into_iter().take(EVENTS_MOST).map(link).collect(),
    };
    Some(complete(trace_id, record, &detail))
}

/// Fills in what follows from a span's attributes.
pub(super) fn complete(trace_id: [u8; 16], mut span: SpanRecord, detail: &Detail) -> Received {
    let text = |name: &str| detail.attributes.get(name).and_then(Value::as_str);
    let subject = text("cloudevents.event_subject");
    let about = subject.map(|subject| subject.rsplit_once('/').map_or(subject, |(_, id)| id));
    let mut keys: Vec<String> = Vec::new();
    for key in [text("messaging.kafka.message.key"), about]
        .into_iter()
        .flatten()
    {
        if !key.is_empty() && !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
    }
    let order = subject
        .and_then(|subject| subject.strip_prefix("orders/"))
        .map(ToOwned::to_owned);
    // Every key is text, so that there is nothing to go wrong.
    span.detail = serde_json::to_string(detail).unwrap_or_default();
    let span = TracedSpan {
        trace_id,
        keys,
        order,
        span,
    };
    Received {
        heard: Heard::of(&span, &detail.attributes),
        span,
    }
}

fn event(event: Event) -> Value {
    json!({
        "name": attributes::cut(event.name),
        "at_us": micros(event.time_unix_nano),
        "attributes": attributes::json(event.attributes),
    })
}

fn link(link: Link) -> Value {
    json!({"trace_id": hex::encode(&link.trace_id), "span_id": hex::encode(&link.span_id)})
}

/// An id of the right length that is not all zero.
pub(super) fn id<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    let id: [u8; N] = bytes.try_into().ok()?;
    (id != [0; N]).then_some(id)
}

pub(super) fn micros(nanos: u64) -> i64 {
    i64::try_from(nanos / 1000).unwrap_or(i64::MAX)
}
