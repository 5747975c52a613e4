//! What was asked of another: told as a span once it has ended, since nothing hangs on it. That is cheaper than a span that is entered
//! and left with every turn of the task.

use std::{
    borrow::Cow,
    sync::OnceLock,
    time::{Duration, Instant, SystemTime},
};

use opentelemetry::{
    Context, KeyValue,
    trace::{Span as _, SpanContext, SpanKind, Status, TraceContextExt, Tracer},
};
use opentelemetry_sdk::trace::SdkTracer;

use super::trace;
use crate::metrics::is_told;

/// Who makes the spans of this process, if they are exported.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// From now on calls are told by this one. The first that is named stays.
pub(super) fn tell(tracer: SdkTracer) {
    let _ = TRACER.set(tracer);
}

/// A call that was begun.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    parent: SpanContext,
    at: SystemTime,
    begun: Instant,
}

impl Call {
    /// It begins now, as a part of what is being done; none if nobody is told.
    pub(crate) fn begin() -> Option<Self> {
        is_told().then(|| Self {
            parent: trace::current(),
            at: SystemTime::now(),
            begun: Instant::now(),
        })
    }

    /// It has ended just now, and was a part of `parent`, if that is one.
    pub(super) fn ended(parent: Option<SpanContext>, took: Duration) -> Self {
        Self {
            parent: parent.unwrap_or(SpanContext::NONE),
            at: SystemTime::now() - took,
            begun: Instant::now()
                .checked_sub(took)
                .unwrap_or_else(Instant::now),
        }
    }

    /// How long it has taken so far.
    pub(crate) fn took(&self) -> Duration {
        self.begun.elapsed()
    }

    /// It ends now. A call in the background is a part of nothing, and no span: it would be a trace of its own.
    pub(crate) fn end(
        self,
        name: impl Into<Cow<'static, str>>,
        attributes: Vec<KeyValue>,
        error: Option<&str>,
    ) {
        let Some(tracer) = TRACER.get().filter(|_| self.parent.is_sampled()) else {
            return;
        };
        let until = self.at + self.took();
        let builder = tracer.span_builder(name).with_kind(SpanKind::Client);
        let builder = builder.with_start_time(self.at).with_attributes(attributes);
        let parent = Context::new().with_remote_span_context(self.parent);
        let mut span = tracer.build_with_context(builder, &parent);
        if let Some(error) = error {
            span.set_attribute(KeyValue::new("error.type", error.to_owned()));
            span.set_status(Status::error(error.to_owned()));
        }
        span.end_with_timestamp(until);
    }
}
