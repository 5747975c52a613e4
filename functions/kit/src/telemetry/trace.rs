//! The W3C trace context: taken from requests, given to whatever goes out.

use std::collections::HashMap;

use ::http::HeaderMap;
use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator},
    trace::{SpanContext, TraceContextExt},
};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Registry, registry::LookupSpan};

/// The header that carries the trace context.
pub const TRACEPARENT: &str = "traceparent";

/// Which span of which trace a span is, kept with it for the log and for what is told afterwards.
pub(super) struct Noted(pub(super) SpanContext);

/// Makes `span` a part of the trace that the request belongs to, if it says so.
pub fn continue_trace(span: &Span, headers: &HeaderMap) {
    if headers.contains_key(TRACEPARENT) {
        continue_from(span, &HeaderExtractor(headers));
    }
    note(span);
}

/// Makes `span` a part of the trace that was written down before, as the header has it.
pub(super) fn continue_kept(span: &Span, traceparent: Option<&str>) {
    if let Some(kept) = traceparent {
        let headers = HashMap::from([(TRACEPARENT.to_owned(), kept.to_owned())]);
        continue_from(span, &headers);
    }
    note(span);
}

/// The current trace context, as the header has it.
pub fn traceparent() -> Option<String> {
    written(&current())
}

/// Which span of which trace is current.
pub(super) fn current() -> SpanContext {
    span_context(&Span::current())
}

pub(super) fn span_context(span: &Span) -> SpanContext {
    span.context().span().span_context().clone()
}

/// As the header has it; none if it is no trace.
pub(super) fn written(context: &SpanContext) -> Option<String> {
    context.is_valid().then(|| {
        let (trace, span, flags) = (
            context.trace_id(),
            context.span_id(),
            context.trace_flags().to_u8(),
        );
        format!("00-{trace}-{span}-{flags:02x}")
    })
}

/// Begins the span, and keeps with it which one it is.
pub(super) fn note(span: &Span) {
    let context = span_context(span);
    if context.is_valid() {
        with_extensions(span, |extensions| {
            extensions.replace(Noted(context));
        });
    }
}

/// Reads or changes what is kept with a span.
pub(super) fn with_extensions<T>(
    span: &Span,
    change: impl FnOnce(&mut tracing_subscriber::registry::ExtensionsMut<'_>) -> T,
) -> Option<T> {
    let changed = span.with_subscriber(|(id, dispatch)| {
        let registry = dispatch.downcast_ref::<Registry>()?;
        let span = registry.span(id)?;
        Some(change(&mut span.extensions_mut()))
    });
    changed.flatten()
}

fn continue_from(span: &Span, carrier: &dyn Extractor) {
    let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), carrier);
    // It fails only where nobody traces.
    let _ = span.set_parent(parent);
}
