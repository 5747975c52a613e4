//! Requests to a neighbour: a span and `http.client.request.duration` for each try.

use std::time::Instant;

use ::http::{HeaderValue, StatusCode};
use opentelemetry::{KeyValue, trace::Status};
use reqwest::Request;
use tracing::{Span, field::Empty, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{TRACEPARENT, trace};
use crate::{
    metrics::{Histogram, is_told},
    resilience::tried_before,
};

static DURATION: Histogram = Histogram::new(
    "http.client.request.duration",
    "How long a neighbour took to answer a request, or not to.",
);

/// A request that is on its way. Dropped without [`Asking::answered`] or [`Asking::failed`], nobody has waited for the answer.
#[derive(Debug)]
pub(crate) struct Asking {
    span: Span,
    peer: &'static str,
    method: String,
    begun: Instant,
    is_told: bool,
}

impl Asking {
    /// `request` to `peer` is about to be sent: it is told which trace it belongs to.
    pub(crate) fn begin(peer: &'static str, request: &mut Request) -> Self {
        let method = request.method().to_string();
        let span = span(peer, &method, request);
        let context = if span.is_none() {
            trace::current()
        } else {
            trace::note(&span);
            trace::span_context(&span)
        };
        if let Some(value) =
            trace::written(&context).and_then(|text| HeaderValue::try_from(text).ok())
        {
            request.headers_mut().insert(TRACEPARENT, value);
        }
        Self {
            span,
            peer,
            method,
            begun: Instant::now(),
            is_told: is_told(),
        }
    }

    /// In which the answer is to be waited for.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// It was answered. A refusal of the request is no failure of the neighbour.
    pub(crate) fn answered(mut self, status: StatusCode) {
        let code = i64::from(status.as_u16());
        self.span.record("http.response.status_code", code);
        let is_error = status.is_client_error() || status.is_server_error();
        let error = is_error.then(|| status.as_u16().to_string());
        if status.is_server_error() || matches!(code, 408 | 429) {
            self.span
                .set_status(Status::error(format!("it answered {status}")));
        }
        self.tell(Some(code), error);
    }

    /// It was not answered, or not to the end.
    pub(crate) fn failed(mut self, why: &'static str) {
        self.span.set_status(Status::error(why));
        self.tell(None, Some(why.to_owned()));
    }

    fn tell(&mut self, status: Option<i64>, error: Option<String>) {
        if !std::mem::take(&mut self.is_told) {
            return;
        }
        if let Some(error) = &error {
            self.span.record("error.type", error);
        }
        let mut series = vec![
            KeyValue::new("peer.service", self.peer),
            KeyValue::new("http.request.method", std::mem::take(&mut self.method)),
        ];
        series.extend(status.map(|code| KeyValue::new("http.response.status_code", code)));
        series.extend(error.map(|error| KeyValue::new("error.type", error)));
        DURATION.record_to(self.begun.elapsed(), &series);
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.tell(None, Some("cancelled".to_owned()));
    }
}

/// Nothing where no span is exported, or where it would be a trace of its own.
fn span(peer: &'static str, method: &str, request: &Request) -> Span {
    if !is_told() || Span::current().is_none() {
        return Span::none();
    }
    let tries = tried_before();
    info_span!(
        "ask",
        otel.name = format!("{method} {peer}"),
        otel.kind = "client",
        peer.service = peer,
        http.request.method = method,
        server.address = request.url().host_str(),
        server.port = request.url().port_or_known_default().map(i64::from),
        http.request.resend_count = (tries > 0).then_some(i64::from(tries)),
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// Why a request was not answered, in a word: `timeout`, `connect`, `request` or `body`.
pub(crate) fn kind(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else if error.is_body() || error.is_decode() {
        "body"
    } else {
        "request"
    }
}
