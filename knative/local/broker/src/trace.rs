//! The broker's spans, and the trace headers of events.
//!
//! The event in the log carries the context of the span that received it: what is delivered later, by this process or the next one, hangs
//! under that span.

use std::collections::BTreeMap;

use souk_network::{Kind, Span, Spans, TraceContext, Value};
use souk_plan::model::ObjectName;
use tokio::time::Instant;

use crate::event::Event;

const SERVICE: &str = "broker";
const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// The span under which hangs what an event causes. None: what it says is none, and is not handed on.
pub(crate) fn context(event: &Event) -> Option<TraceContext> {
    TraceContext::parse(event.trace.get(TRACEPARENT)?)
}

/// Puts a span in between. `tracestate` belongs to a trace, `baggage` does not.
pub(crate) fn set_context(trace: &mut BTreeMap<String, String>, context: Option<TraceContext>) {
    match context {
        Some(context) => {
            trace.insert(TRACEPARENT.to_owned(), context.to_string());
        }
        None => {
            trace.remove(TRACEPARENT);
            trace.remove(TRACESTATE);
        }
    }
}

/// A span of the broker's, under `parent`'s.
pub(crate) fn span(
    context: TraceContext,
    parent: Option<TraceContext>,
    name: String,
    kind: Kind,
    spans: &Spans,
) -> Option<Span> {
    let parent = parent.map(TraceContext::span_id);
    let started = spans.now().filter(|_| context.is_sampled())?;
    let mut span = Span::of(context, parent, SERVICE, name, kind, started);
    span.attributes.push(("messaging.system", "knative".into()));
    Some(span)
}

/// What a span says of its event: who it is, and never what it says.
pub(crate) fn of_event(event: &Event) -> impl Iterator<Item = (&'static str, Value)> {
    [
        ("cloudevents.event_id", "id"),
        ("cloudevents.event_source", "source"),
        ("cloudevents.event_type", "type"),
        ("cloudevents.event_subject", "subject"),
        ("messaging.kafka.message.key", "partitionkey"),
    ]
    .into_iter()
    .filter_map(|(name, attribute)| Some((name, event.attribute(attribute)?.into())))
}

/// An event that comes in; its span ends with [`Receiving::end`].
pub(crate) struct Receiving {
    span: Option<Span>,
    begun: Instant,
}

impl Receiving {
    /// Puts the broker's own span into the event, under the event's or else `cause`'s. An event without any begins a trace.
    pub(crate) fn begin(
        spans: &Spans,
        broker: &ObjectName,
        event: &mut Event,
        cause: Option<TraceContext>,
    ) -> Self {
        let span = spans.are_on().then(|| receive(spans, broker, event, cause));
        Self {
            span: span.flatten(),
            begun: Instant::now(),
        }
    }

    /// It is on disk, or why it is not.
    pub(crate) fn end(self, spans: &Spans, stored: Result<(), &str>) {
        if let Some(mut span) = self.span {
            span.ended = span.started + self.begun.elapsed();
            span.error = stored.err().map(str::to_owned);
            spans.take(span);
        }
    }
}

fn receive(
    spans: &Spans,
    broker: &ObjectName,
    event: &mut Event,
    cause: Option<TraceContext>,
) -> Option<Span> {
    let caller = context(event);
    if caller.is_none() {
        set_context(&mut event.trace, None);
    }
    let parent = caller.or(cause);
    let own = parent.map_or_else(|| TraceContext::begin(1.0), TraceContext::child);
    let event_type = event.attribute("type").unwrap_or_default();
    let name = format!("receive {event_type}");
    let mut span = span(own, parent, name, Kind::Consumer, spans)?;
    set_context(&mut event.trace, Some(own));
    let broker = format!("{}/{}", broker.namespace, broker.name);
    span.attributes.extend([
        ("messaging.operation.name", "receive".into()),
        ("messaging.operation.type", "receive".into()),
        ("messaging.destination.name", broker.into()),
    ]);
    span.attributes.extend(of_event(event));
    Some(span)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const CALLERS: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn event(traceparent: Option<&str>) -> Event {
        let mut event = Event::default();
        for (name, value) in [("type", "placed"), ("id", "7"), ("partitionkey", "o1")] {
            event.attributes.insert(name.to_owned(), value.to_owned());
        }
        let trace = traceparent.map(|parent| (TRACEPARENT.to_owned(), parent.to_owned()));
        event.trace.extend(trace);
        event.trace.insert(TRACESTATE.to_owned(), "a=b".to_owned());
        event
    }

    fn received(event: &mut Event) -> Option<Span> {
        let (spans, mut ended) = Spans::channel(|| SystemTime::UNIX_EPOCH);
        let broker = ObjectName {
            namespace: "souk".to_owned(),
            name: "default".to_owned(),
        };
        Receiving::begin(&spans, &broker, event, None).end(&spans, Ok(()));
        ended.try_recv().ok()
    }

    #[test]
    fn a_received_event_hangs_under_the_span_that_received_it() {
        let mut event = event(Some(CALLERS));
        let span = received(&mut event).unwrap();
        let caller = TraceContext::parse(CALLERS).unwrap();
        assert_eq!(
            (span.trace_id, span.parent_id),
            (caller.trace_id(), Some(caller.span_id()))
        );
        assert_eq!(context(&event).unwrap().span_id(), span.span_id);
        assert_eq!(event.trace[TRACESTATE], "a=b");
        assert_eq!(span.name, "receive placed");
        let key = ("messaging.kafka.message.key", Value::from("o1"));
        assert!(span.attributes.contains(&key), "{span:?}");
    }

    #[test]
    fn an_event_without_a_trace_begins_one_and_leaves_another_ones_state_behind() {
        for traceparent in [None, Some("00-1-2-01")] {
            let mut event = event(traceparent);
            let span = received(&mut event).unwrap();
            assert_eq!(span.parent_id, None);
            assert_eq!(context(&event).unwrap().trace_id(), span.trace_id);
            assert_eq!(event.trace.get(TRACESTATE), None);
        }
    }

    #[test]
    fn what_is_not_sampled_stays_as_it_is() {
        let mut event = event(Some(&CALLERS.replace("-01", "-00")));
        let before = event.clone();
        assert_eq!(received(&mut event), None);
        assert_eq!(event, before);
    }
}
