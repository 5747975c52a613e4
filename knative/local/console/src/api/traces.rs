//! `GET /api/traces`, `GET /api/traces/{trace_id}`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Asked, unreadable};
use crate::compress::compressed;
use crate::console::Console;
use crate::problem::Problem;
use crate::record::Micros;
use crate::store::{Trace, TraceFilter, TraceHead};
use crate::{hex, time};

const LISTED: usize = 50;
const LISTED_MOST: usize = 500;
const SPANS: usize = 20_000;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    limit: Option<usize>,
    before: Option<String>,
    service: Option<String>,
    q: Option<String>,
    min_ms: Option<f64>,
    #[serde(default)]
    errors: bool,
    key: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct OpenQuery {
    limit: Option<usize>,
}

pub(super) async fn list(
    State(console): State<Console>,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<Value>, Problem> {
    let page = console.telemetry.store().traces(filter(query)?).await;
    let page = page.map_err(unreadable)?;
    let traces: Vec<Value> = page.traces.iter().map(document).collect();
    let next_before = page.next_before.map(time::rfc3339);
    Ok(Json(json!({"traces": traces, "next_before": next_before})))
}

fn filter(query: ListQuery) -> Result<TraceFilter, Problem> {
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let before = match some(query.before) {
        Some(text) => Some(
            time::parse(&text)
                .ok_or_else(|| Problem::bad_request("before is a time as RFC 3339 writes it"))?,
        ),
        None => None,
    };
    Ok(TraceFilter {
        limit: query.limit.unwrap_or(LISTED).clamp(1, LISTED_MOST),
        before,
        service: some(query.service),
        text: some(query.q),
        at_least_us: query.min_ms.map(|ms| (ms * 1000.0) as i64),
        errors: query.errors,
        key: some(query.key),
    })
}

/// A line of the list.
fn document(trace: &TraceHead) -> Value {
    json!({
        "trace_id": trace.id(),
        "name": trace.name,
        "service": trace.service,
        "started_at": time::rfc3339(trace.started_us),
        "duration_ms": trace.duration_us as f64 / 1000.0,
        "spans": trace.spans,
        "errors": trace.errors,
        "services": trace.services,
        "key": trace.key,
    })
}

pub(super) async fn open(
    State(console): State<Console>,
    Path(trace_id): Path<String>,
    Asked(query): Asked<OpenQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = hex::decode(&trace_id)
        .ok_or_else(|| Problem::bad_request("a trace's id has 32 hexadecimal digits"))?;
    let limit = query.limit.unwrap_or(SPANS).max(1);
    let trace = console.telemetry.store().trace(id, limit).await;
    let trace = trace.map_err(unreadable)?.ok_or_else(|| {
        Problem::not_found("there is no such trace; it may be older than what is kept")
    })?;
    // Megabytes of JSON would hold up everybody else on this thread.
    let written = tokio::task::spawn_blocking(move || {
        let body = whole(&trace)?;
        compressed(&headers, body)
    });
    let (body, encoding): (_, HeaderMap) = written
        .await
        .map_err(std::io::Error::other)
        .and_then(|body| body)
        .map_err(|error| Problem::away(error.to_string()))?;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, encoding, body).into_response())
}

#[derive(Serialize)]
struct Whole<'a> {
    trace_id: String,
    started_at: String,
    duration_us: i64,
    services: &'a [String],
    key: Option<&'a str>,
    total: i64,
    spans: Vec<Span<'a>>,
    orphans: Vec<String>,
    logs: i64,
}

#[derive(Serialize)]
struct Span<'a> {
    id: String,
    parent: Option<String>,
    service: &'a str,
    name: &'a str,
    kind: &'static str,
    /// Microseconds since the trace began.
    start_us: Micros,
    duration_us: i64,
    error: bool,
    status: &'a str,
    attributes: &'a RawValue,
    events: Vec<Moment<'a>>,
    links: &'a RawValue,
}

/// What was stored as JSON; but for times it goes out as it is.
#[derive(Deserialize)]
struct Detail<'a> {
    #[serde(borrow)]
    attributes: &'a RawValue,
    #[serde(borrow)]
    events: Vec<Moment<'a>>,
    #[serde(borrow)]
    links: &'a RawValue,
}

/// Something that happened during a span.
#[derive(Deserialize, Serialize)]
struct Moment<'a> {
    #[serde(borrow)]
    name: &'a RawValue,
    /// Stored: microseconds since 1970. Given out: since the trace began.
    at_us: Micros,
    #[serde(borrow)]
    attributes: &'a RawValue,
}

impl Moment<'_> {
    /// Counted from when the trace began.
    fn since(self, began: Micros) -> Self {
        Self {
            at_us: self.at_us.saturating_sub(began),
            ..self
        }
    }
}

fn whole(trace: &Trace) -> Result<Vec<u8>, std::io::Error> {
    let began = trace.head.started_us;
    let spans = trace.spans.iter().map(|span| {
        let detail: Detail<'_> = serde_json::from_str(&span.detail)?;
        Ok(Span {
            id: hex::encode(&span.span_id),
            parent: span.parent_id.map(|id| hex::encode(&id)),
            service: &span.service,
            name: &span.name,
            kind: span.kind.name(),
            start_us: span.start_us.saturating_sub(began),
            duration_us: span.duration_us,
            error: span.error,
            status: &span.status,
            attributes: detail.attributes,
            events: detail
                .events
                .into_iter()
                .map(|one| one.since(began))
                .collect(),
            links: detail.links,
        })
    });
    let spans = spans.collect::<Result<_, serde_json::Error>>()?;
    let document = Whole {
        trace_id: trace.head.id(),
        started_at: time::rfc3339(began),
        duration_us: trace.head.duration_us,
        services: &trace.head.services,
        key: trace.head.key.as_deref(),
        total: trace.head.spans,
        spans,
        orphans: trace.orphans.iter().map(|id| hex::encode(id)).collect(),
        logs: trace.logs,
    };
    Ok(serde_json::to_vec(&document)?)
}
