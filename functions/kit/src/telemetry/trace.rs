//! The W3C trace context: taken from requests, given to whatever goes out.

use ::http::HeaderMap;
use opentelemetry::{
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt},
};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Registry, registry::LookupSpan};

/// The header that carries the trace context.
pub const TRACEPARENT: &str = "traceparent";

/// The trace that a span belongs to, kept with the span for the log.
pub(super) struct TraceId(pub(super) String);

/// Makes `span` a part of the trace that the request belongs to, if it says so.
pub fn continue_trace(span: &Span, headers: &HeaderMap) {
    if headers.contains_key(TRACEPARENT) {
        let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        // It fails only where nobody traces.
        let _ = span.set_parent(parent);
    }
    let context = span_context(span);
    if context.is_valid() {
        note(span, TraceId(context.trace_id().to_string()));
    }
}

/// The current trace context, as the header has it.
pub fn traceparent() -> Option<String> {
    let context = span_context(&Span::current());
    context.is_valid().then(|| {
        let (trace, span, flags) = (
            context.trace_id(),
            context.span_id(),
            context.trace_flags().to_u8(),
        );
        format!("00-{trace}-{span}-{flags:02x}")
    })
}

fn span_context(span: &Span) -> SpanContext {
    span.context().span().span_context().clone()
}

fn note(span: &Span, trace: TraceId) {
    span.with_subscriber(|(id, dispatch)| {
        let registry = dispatch.downcast_ref::<Registry>()?;
        registry.span(id)?.extensions_mut().replace(trace);
        Some(())
    });
}
