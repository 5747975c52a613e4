//! Around every request and event: its span, and how many there are, how they end and how long they take.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use ::http::{HeaderMap, Method, StatusCode};
use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use opentelemetry::KeyValue;
use tracing::{Instrument, Span, field::Empty, info_span};

use super::service::EVENTS;
use crate::{
    metrics::{Counter, Histogram, UpDown, is_told},
    telemetry,
};

static DURATION: Histogram = Histogram::new(
    "http.server.request.duration",
    "How long a request or an event took until the answer began.",
);
static ACTIVE: UpDown = UpDown::new(
    "http.server.active_requests",
    "{request}",
    "Requests and events that are being handled.",
);
static COLD_STARTS: Counter = Counter::new(
    "faas.coldstarts",
    "{coldstart}",
    "Instances that were started and then asked for the first time.",
);

/// Whether this instance was asked before.
static IS_WARM: AtomicBool = AtomicBool::new(false);

/// What is asked for where no route matches.
const NO_ROUTE: &str = "unknown";

/// Has the request answered, in a span of its own.
pub(super) async fn observe(
    request: Request,
    answer: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let is_cold = !IS_WARM.swap(true, Ordering::Relaxed);
    let span = span(&request, is_cold);
    let mut seen = Seen::begin(&request, is_cold);
    async move {
        let response = answer(request).await;
        let status = response.status();
        seen.answered(status);
        let span = Span::current();
        // Only a signed number is told as a number.
        span.record("http.response.status_code", i64::from(status.as_u16()));
        if status.is_server_error() {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", status.as_str());
            tracing::warn!(status = status.as_u16(), "a request failed");
        }
        response
    }
    .instrument(span)
    .await
}

/// A request that is being handled, until this is dropped.
struct Seen {
    series: Vec<KeyValue>,
    begun: Instant,
    status: Option<StatusCode>,
    is_told: bool,
}

impl Seen {
    fn begin(request: &Request, is_cold: bool) -> Self {
        let is_told = is_told();
        let mut series = Vec::new();
        if is_told {
            let method = KeyValue::new("http.request.method", method(request.method()));
            ACTIVE.add_to(1, std::slice::from_ref(&method));
            if is_cold {
                let trigger = if event(request).is_some() {
                    "pubsub"
                } else {
                    "http"
                };
                COLD_STARTS.add(1, &[("faas.trigger", trigger)]);
            }
            series.extend([
                method,
                KeyValue::new("http.route", route(request).to_owned()),
            ]);
        }
        Self {
            series,
            begun: Instant::now(),
            status: None,
            is_told,
        }
    }

    fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        if !self.is_told {
            return;
        }
        ACTIVE.add_to(-1, &self.series[..1]);
        let error = match self.status {
            Some(status) => {
                let code = i64::from(status.as_u16());
                let code = KeyValue::new("http.response.status_code", code);
                self.series.push(code);
                let is_error = status.is_server_error();
                is_error.then(|| status.as_u16().to_string())
            }
            // Whoever has asked is gone.
            None => Some("cancelled".to_owned()),
        };
        let error = error.map(|error| KeyValue::new("error.type", error));
        self.series.extend(error);
        DURATION.record_to(self.begun.elapsed(), &self.series);
    }
}

fn span(request: &Request, is_cold: bool) -> Span {
    let span = match event(request) {
        Some(event_type) => process(request.headers(), event_type, is_cold),
        None => serve(request, is_cold),
    };
    telemetry::continue_trace(&span, request.headers());
    span
}

fn serve(request: &Request, is_cold: bool) -> Span {
    let (method, route) = (method(request.method()), route(request));
    info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        error.type = Empty,
        faas.trigger = "http",
        faas.coldstart = is_cold,
    )
}

fn process(headers: &HeaderMap, event_type: &str, is_cold: bool) -> Span {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    info_span!(
        "request",
        otel.name = format!("process {event_type}"),
        otel.kind = "consumer",
        otel.status_code = Empty,
        http.response.status_code = Empty,
        error.type = Empty,
        faas.trigger = "pubsub",
        faas.coldstart = is_cold,
        messaging.system = "knative",
        messaging.operation.name = "process",
        messaging.operation.type = "process",
        messaging.kafka.message.key = text("ce-partitionkey"),
        cloudevents.event_type = event_type,
        cloudevents.event_id = text("ce-id"),
        cloudevents.event_source = text("ce-source"),
        cloudevents.event_subject = text("ce-subject"),
        souk.outcome = Empty,
    )
}

/// The type of the event that is delivered, if this is a delivery.
fn event(request: &Request) -> Option<&str> {
    if request.uri().path() != EVENTS {
        return None;
    }
    request.headers().get("ce-type")?.to_str().ok()
}

fn route(request: &Request) -> &str {
    let route = request.extensions().get::<MatchedPath>();
    route.map_or(NO_ROUTE, MatchedPath::as_str)
}

/// As the semantic conventions have it: whoever asks could make up any number of others.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn request(path: &str, event_type: Option<&str>) -> Request {
        let request = ::http::Request::post(path);
        let request = match event_type {
            Some(event_type) => request.header("ce-type", event_type),
            None => request,
        };
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn only_a_delivery_is_an_event_whatever_headers_others_send() {
        let delivery = request(EVENTS, Some("dev.souk.order.placed.v1"));
        assert_eq!(event(&delivery), Some("dev.souk.order.placed.v1"));
        assert_eq!(event(&request(EVENTS, None)), None);
        assert_eq!(event(&request("/v1/orders", Some("made.up"))), None);
    }

    #[test]
    fn nobody_makes_series_by_methods_or_paths_of_his_own() {
        assert_eq!(method(&Method::from_bytes(b"BREW").unwrap()), "_OTHER");
        assert_eq!(route(&request("/made/up", None)), "unknown");
    }
}
