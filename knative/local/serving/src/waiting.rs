//! The span of a request that has to wait for an instance. One that finds an instance with room has none.

use std::time::SystemTime;

use http::HeaderMap;
use souk_network::{Kind, Span, Spans, TraceContext};
use tokio::time::Instant;

use crate::balancer::Refusal;
use crate::revision::Revision;

const SERVICE: &str = "activator";
const TRACEPARENT: &str = "traceparent";
/// What becomes of a request that hears neither of an instance nor of a refusal: its time is over, or its client has gone.
const GAVE_UP: &str = "it waited in vain";

/// Where the spans of a request go, and under which span they hang.
#[derive(Clone, Default)]
pub(crate) struct Tracing {
    spans: Spans,
    context: Option<TraceContext>,
}

impl Tracing {
    /// Of a request with these headers. What its caller does not trace is not traced here either.
    pub(crate) fn of(spans: &Spans, headers: &HeaderMap) -> Self {
        if !spans.are_on() {
            return Self::default();
        }
        let header = headers.get(TRACEPARENT);
        let header = header.and_then(|value| value.to_str().ok());
        let context = header.and_then(TraceContext::parse);
        Self {
            spans: spans.clone(),
            context: context.filter(|context| context.is_sampled()),
        }
    }

    /// A request begins to wait; `cold` says that there is no instance at all.
    pub(crate) fn wait(&self, revision: &Revision, cold: bool) -> Wait {
        let span = self
            .context
            .zip(self.spans.now())
            .map(|(context, now)| span(context, now, revision, cold));
        Wait {
            span,
            spans: self.spans.clone(),
            begun: Instant::now(),
        }
    }
}

fn span(context: TraceContext, now: SystemTime, revision: &Revision, cold: bool) -> Span {
    let function = revision.service().name.as_str();
    let mut span = Span::of(
        context.child(),
        Some(context.span_id()),
        SERVICE,
        format!("activate {function}"),
        Kind::Internal,
        now,
    );
    span.error = Some(GAVE_UP.to_owned());
    span.attributes = vec![
        ("faas.coldstart", cold.into()),
        ("faas.invoked_name", function.into()),
        ("kn.revision.name", revision.name().into()),
    ];
    span
}

/// A wait; its span ends when this is dropped.
pub(crate) struct Wait {
    span: Option<Span>,
    spans: Spans,
    begun: Instant,
}

impl Wait {
    /// It was told something.
    pub(crate) fn heard<T>(mut self, turn: &Result<T, Refusal>) {
        if let Some(span) = &mut self.span {
            span.error = turn.as_ref().err().map(Refusal::to_string);
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some(mut span) = self.span.take() {
            span.ended = span.started + self.begun.elapsed();
            self.spans.take(span);
        }
    }
}
