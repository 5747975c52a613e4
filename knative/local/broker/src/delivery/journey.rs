//! One event on its way to one address: what is told of it meanwhile, and the span in which all its attempts lie.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use souk_network::{Kind, Span, SpanEvent, Spans, TraceContext};
use souk_plan::consumer_group;
use souk_plan::model::TriggerPlan;
use tokio::time::Instant;

use super::counters::{Place, Retrying};
use super::verdict::Failure;
use super::{Counters, Outcome};
use crate::event::{Event, Stored};
use crate::trace;

/// What a journey is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Leg {
    /// To the trigger's subscriber. Copies that somebody asked for are counted from 0.
    Deliver { copy: usize },
    /// To the dead letter sink.
    Bury,
}

/// A journey; it is no longer shown when this is dropped.
pub(super) struct Journey<'a> {
    spans: &'a Spans,
    counters: &'a Counters,
    place: Place,
    span: Mutex<Option<Span>>,
    context: Option<TraceContext>,
    event: (String, String, Option<String>),
    begun: Instant,
    attempts: AtomicU32,
}

impl<'a> Journey<'a> {
    /// Sets out, and puts its own span into `event`, under the one that is there.
    ///
    /// The span's id follows from what it hangs under: when the broker is killed within the journey, the next one makes the same
    /// span of it, and what the subscriber has done so far is no orphan.
    pub(super) fn begin(
        leg: Leg,
        trigger: &TriggerPlan,
        stored: &Stored,
        event: &mut Event,
        (spans, counters): (&'a Spans, &'a Counters),
    ) -> Self {
        let parent = trace::context(event);
        let context = parent.map(|parent| match spans.are_on() {
            true => parent.with_span(id_of(parent, trigger, leg)),
            false => parent.child(),
        });
        trace::set_context(&mut event.trace, context);
        let span = context.and_then(|context| {
            let mut span = trace::span(context, parent, name(leg, trigger), Kind::Producer, spans)?;
            describe(&mut span, trigger, stored, event);
            Some(span)
        });
        let text = |name| event.attribute(name).map(str::to_owned);
        Self {
            spans,
            counters,
            place: (stored.sequence, leg),
            span: Mutex::new(span),
            context,
            event: (
                text("id").unwrap_or_default(),
                text("type").unwrap_or_default(),
                text("partitionkey"),
            ),
            begun: Instant::now(),
            attempts: AtomicU32::new(0),
        }
    }

    /// Its own span, for what it causes. None: the event has no trace.
    pub(super) fn context(&self) -> Option<TraceContext> {
        self.context
    }

    /// The type of its event.
    pub(super) fn event_type(&self) -> &str {
        &self.event.1
    }

    /// An attempt begins.
    pub(super) fn attempted(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// An attempt has failed, and another one comes after `wait`.
    pub(super) fn retries(&self, failure: &Failure, wait: Duration) {
        self.counters.retried();
        let (event_id, event_type, key) = self.event.clone();
        self.counters.retries(
            self.place,
            Retrying {
                event_id,
                event_type,
                key,
                attempt: self.attempts.load(Ordering::Relaxed),
                begun: self.begun,
                next: Instant::now() + wait,
                why: failure.why.clone(),
            },
        );
        let Some(at) = self.spans.now() else {
            return;
        };
        let mut span = self.span.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(span) = &mut *span {
            let status = failure.code.map(|code| code.as_u16());
            let status = status.map(|code| ("http.response.status_code", code.into()));
            let why = ("souk.why", failure.why.as_str().into());
            let wait = ("souk.wait", wait.as_secs_f64().into());
            span.events.push(SpanEvent {
                name: "retry",
                at,
                attributes: [why, wait].into_iter().chain(status).collect(),
            });
        }
    }

    /// It has arrived, or nobody tries any more. What was cut off goes on later, and has no span until then.
    pub(super) fn end(&self, outcome: &Outcome) {
        let mut span = self.span.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut span) = span.take() else {
            return;
        };
        match outcome {
            Outcome::Interrupted => return,
            Outcome::Delivered => (),
            Outcome::Failed(failure) => {
                let status = failure.code.map(|code| code.as_u16());
                let status = status.map(|code| ("http.response.status_code", code.into()));
                span.attributes.extend(status);
                span.error = Some(failure.why.clone());
            }
        }
        let attempts = self.attempts.load(Ordering::Relaxed);
        span.attributes.push(("souk.attempts", attempts.into()));
        span.ended = span.started + self.begun.elapsed();
        self.spans.take(span);
    }
}

impl Drop for Journey<'_> {
    fn drop(&mut self) {
        self.counters.arrived(self.place);
    }
}

fn id_of(parent: TraceContext, trigger: &TriggerPlan, leg: Leg) -> u64 {
    let mut hasher = DefaultHasher::new();
    let object = &trigger.object;
    (parent.span_id(), &object.namespace, &object.name, leg).hash(&mut hasher);
    hasher.finish().max(1)
}

fn name(leg: Leg, trigger: &TriggerPlan) -> String {
    match leg {
        Leg::Deliver { .. } => format!("deliver {}", trigger.object.name),
        Leg::Bury => format!("bury {}", trigger.object.name),
    }
}

fn describe(span: &mut Span, trigger: &TriggerPlan, stored: &Stored, event: &Event) {
    let broker = format!("{}/{}", trigger.broker.namespace, trigger.broker.name);
    span.attributes.extend([
        ("messaging.operation.name", "deliver".into()),
        ("messaging.operation.type", "send".into()),
        ("messaging.destination.name", broker.into()),
        (
            "messaging.destination.partition.id",
            stored.partition.to_string().into(),
        ),
        (
            "messaging.consumer.group.name",
            consumer_group(&trigger.object).into(),
        ),
        ("souk.trigger", trigger.object.name.as_str().into()),
    ]);
    span.attributes.extend(trace::of_event(event));
}
