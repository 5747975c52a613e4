//! OTLP over HTTP: `POST /v1/traces`, `/v1/metrics` and `/v1/logs`, in protobuf, also compressed with gzip.
//!
//! An answer never waits for the disk. What has no room is told in the answer's `partial_success`, not by a status that makes the
//! sender try again: it would only make the line longer.

mod attributes;
mod inside;
mod logs;
mod spans;
#[cfg(test)]
mod tests;

use std::io::Read as _;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use flate2::read::GzDecoder;
use http::{HeaderMap, StatusCode, header};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use tower::ServiceExt as _;

use crate::problem::Problem;
use crate::telemetry::Telemetry;

pub(crate) use attributes::{cut, text as attribute_text};
pub(crate) use inside::record as record_of_inside;
pub(crate) use spans::Received;

/// Of a request, and of what it becomes when it is unpacked.
const BYTES_MOST: usize = 4 << 20;
const PROTOBUF: &str = "application/x-protobuf";
const NO_ROOM: &str = "there was no room; the telemetry's writer lags behind";

/// The routes of the receiver.
pub(crate) fn routes(telemetry: Telemetry) -> Router {
    Router::new()
        .route("/v1/traces", post(traces))
        .route("/v1/metrics", post(metrics))
        .route("/v1/logs", post(log_lines))
        .layer(DefaultBodyLimit::max(BYTES_MOST))
        .with_state(telemetry)
}

/// Answers a request that was made within the process, for the name that the collector has on a cluster.
pub(crate) async fn answer(telemetry: Telemetry, request: http::Request<Body>) -> Response {
    // A router's error is an answer already.
    match routes(telemetry).oneshot(Request::from(request)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn traces(
    State(telemetry): State<Telemetry>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let request: ExportTraceServiceRequest = decode(&headers, &body)?;
    let rejected = telemetry.take_spans(spans::records(request));
    let partial_success = (rejected > 0).then(|| ExportTracePartialSuccess {
        rejected_spans: rejected,
        error_message: NO_ROOM.to_owned(),
    });
    Ok(protobuf(&ExportTraceServiceResponse { partial_success }))
}

async fn metrics(
    State(telemetry): State<Telemetry>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let request: ExportMetricsServiceRequest = decode(&headers, &body)?;
    let rejected = telemetry.take_metrics(&request);
    let partial_success = (rejected > 0).then(|| ExportMetricsPartialSuccess {
        rejected_data_points: rejected,
        error_message: "too many series, or a kind of metric that is not taken here".to_owned(),
    });
    Ok(protobuf(&ExportMetricsServiceResponse { partial_success }))
}

async fn log_lines(
    State(telemetry): State<Telemetry>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let request: ExportLogsServiceRequest = decode(&headers, &body)?;
    let rejected = telemetry.take_logs(logs::records(request));
    let partial_success = (rejected > 0).then(|| ExportLogsPartialSuccess {
        rejected_log_records: rejected,
        error_message: NO_ROOM.to_owned(),
    });
    Ok(protobuf(&ExportLogsServiceResponse { partial_success }))
}

fn decode<T: Message + Default>(headers: &HeaderMap, body: &Bytes) -> Result<T, Problem> {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = value(header::CONTENT_TYPE).unwrap_or_default();
    if !kind.starts_with(PROTOBUF) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("only {PROTOBUF} is taken here: OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"),
        ));
    }
    let garbage = |error| Problem::bad_request(format!("this is not OTLP: {error}"));
    match value(header::CONTENT_ENCODING) {
        None | Some("" | "identity") => T::decode(body.as_ref()).map_err(garbage),
        Some("gzip") => T::decode(unpack(body)?.as_slice()).map_err(garbage),
        Some(other) => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("{other} is not taken here, only gzip"),
        )),
    }
}

fn unpack(body: &Bytes) -> Result<Vec<u8>, Problem> {
    let mut unpacked = Vec::new();
    // One more than is allowed, to tell the two apart.
    GzDecoder::new(body.as_ref())
        .take(BYTES_MOST as u64 + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| Problem::bad_request(format!("this is not gzip: {error}")))?;
    if unpacked.len() > BYTES_MOST {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("unpacked it is larger than {BYTES_MOST} bytes"),
        ));
    }
    Ok(unpacked)
}

fn protobuf(message: &impl Message) -> Response {
    ([(header::CONTENT_TYPE, PROTOBUF)], message.encode_to_vec()).into_response()
}
