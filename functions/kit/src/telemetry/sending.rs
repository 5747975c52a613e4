//! Events on their way to the broker: a span each, which the event's receivers continue, and what the outbox is measured by.

use std::time::Duration;

use cloudevents::{AttributesReader, Event};
use opentelemetry::{KeyValue, trace::Status};
use tracing::{Span, field::Empty, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::trace;
use crate::{
    metrics::{Counter, Histogram, is_told},
    sink::SinkError,
};

static SENT: Counter = Counter::new(
    "messaging.client.sent.messages",
    "{message}",
    "Events that were given to the broker; with an error.type, that it did not take.",
);
static LAG: Histogram = Histogram::long(
    "souk.outbox.lag",
    "From the commit of an event until the broker has taken it.",
);
static RECOVERED: Counter = Counter::new(
    "souk.outbox.recovered",
    "{event}",
    "Events that a sweep of the outbox has sent: a crash, a full queue or a silent broker had left them behind.",
);

/// The extension by which the events of one thing are kept in order.
const PARTITION_KEY: &str = "partitionkey";

/// Where an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// It was just committed.
    Commit,
    /// It was left behind in the outbox.
    Sweep,
    /// It was in no outbox.
    Caller,
}

/// An event that is being sent, however often that is tried.
#[derive(Debug)]
pub(crate) struct Sending {
    span: Span,
    event_type: String,
    from: From,
}

impl Sending {
    /// `event` is about to be sent; `parent` is the span that has made it, as the header has it.
    pub(crate) fn begin(event: &Event, parent: Option<&str>, from: From) -> Self {
        let span = if is_told() {
            span(event, from)
        } else {
            Span::none()
        };
        if !span.is_none() {
            trace::continue_kept(&span, parent);
        }
        Self {
            span,
            event_type: event.ty().to_owned(),
            from,
        }
    }

    /// What the event carries: the context of this span, if it is one.
    pub(crate) fn traceparent(&self) -> Option<String> {
        if self.span.is_none() {
            return None;
        }
        trace::written(&trace::span_context(&self.span))
    }

    /// It was tried, failed, and will be tried again.
    pub(crate) fn failed_once(&self, error: &SinkError) {
        if !self.span.is_none() {
            let why = KeyValue::new("error.type", error.kind());
            self.span.add_event("retry", vec![why]);
        }
    }

    /// It is with the broker, `since` this time after its commit, or it is not.
    pub(crate) fn ended(self, outcome: Result<(), &SinkError>, since: Option<Duration>) {
        if !is_told() {
            return;
        }
        let mut series = vec![KeyValue::new("cloudevents.event_type", self.event_type)];
        let Err(error) = outcome else {
            SENT.add_to(1, &series);
            if let Some(since) = since {
                LAG.record_to(since, &series);
            }
            if self.from == From::Sweep {
                RECOVERED.add_to(1, &series);
            }
            return;
        };
        let kind = error.kind();
        self.span.record("error.type", &*kind);
        self.span.set_status(Status::error(error.kind()));
        series.push(KeyValue::new("error.type", kind));
        SENT.add_to(1, &series);
    }
}

fn span(event: &Event, from: From) -> Span {
    let key = event.extension(PARTITION_KEY).map(ToString::to_string);
    info_span!(
        parent: None,
        "send",
        otel.name = format!("send {}", event.ty()),
        otel.kind = "producer",
        messaging.system = "knative",
        messaging.operation.name = "send",
        messaging.operation.type = "send",
        messaging.kafka.message.key = key,
        cloudevents.event_id = event.id(),
        cloudevents.event_source = %event.source(),
        cloudevents.event_type = event.ty(),
        cloudevents.event_subject = event.subject(),
        souk.outbox.recovered = (from == From::Sweep).then_some(true),
        error.type = Empty,
    )
}
