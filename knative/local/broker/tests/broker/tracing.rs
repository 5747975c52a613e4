//! The spans of an event, from the one who sends it to those who hear of it, and what is shown meanwhile.

use std::time::SystemTime;

use http::HeaderValue;
use souk_network::{Kind, Span, Spans, TraceContext, Value};
use tokio::sync::mpsc::Receiver;

use crate::world::{
    Subscriber, World, accept, delivery, event, response, until, until_nothing_lags,
};

const SENDERS: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn traced() -> (World, Receiver<Span>) {
    let mut world = World::new();
    let (spans, ended) = Spans::channel(SystemTime::now);
    world.spans = spans;
    (world, ended)
}

fn all(ended: &mut Receiver<Span>) -> Vec<Span> {
    std::iter::from_fn(|| ended.try_recv().ok()).collect()
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "{name} in {spans:?}");
    found[0]
}

fn attribute<'a>(span: &'a Span, name: &str) -> Option<&'a Value> {
    let mut attributes = span.attributes.iter();
    attributes
        .find(|(one, _)| *one == name)
        .map(|(_, value)| value)
}

/// The span that a subscriber's request hangs under.
fn seen(traceparent: &str) -> u64 {
    TraceContext::parse(traceparent).unwrap().span_id()
}

#[tokio::test]
async fn a_subscriber_hangs_under_the_delivery_that_hangs_under_what_the_sender_did() {
    let (one, two) = (Subscriber::willing().await, Subscriber::willing().await);
    let (world, mut ended) = traced();
    let world = world
        .with_trigger(vec![], &one, delivery(0, None))
        .with_trigger(vec![], &two, delivery(0, None));
    let broker = world.open().await;
    let headers = [("traceparent", SENDERS), ("ce-partitionkey", "order-7")];
    accept(&broker, event("1", "placed", &headers)).await;
    until_nothing_lags(&broker).await;
    let spans = all(&mut ended);
    assert_eq!(spans.len(), 3, "{spans:?}");
    let received = named(&spans, "receive placed");
    let sender = TraceContext::parse(SENDERS).unwrap();
    assert_eq!(received.parent_id, Some(sender.span_id()));
    assert_eq!(received.kind, Kind::Consumer);
    for (name, subscriber) in [("deliver trigger-0", &one), ("deliver trigger-1", &two)] {
        let delivered = named(&spans, name);
        assert_eq!(delivered.trace_id, sender.trace_id());
        assert_eq!(delivered.parent_id, Some(received.span_id));
        assert_eq!((delivered.kind, &delivered.error), (Kind::Producer, &None));
        let heard = subscriber.received().remove(0);
        let heard = heard.header("traceparent").unwrap().to_owned();
        assert_eq!(seen(&heard), delivered.span_id);
        assert_eq!(attribute(delivered, "souk.attempts"), Some(&Value::Int(1)));
        let key = attribute(delivered, "messaging.kafka.message.key");
        assert_eq!(key, Some(&Value::from("order-7")));
    }
    let group = attribute(
        named(&spans, "deliver trigger-0"),
        "messaging.consumer.group.name",
    );
    assert_eq!(group, Some(&Value::from("knative-trigger-souk-trigger-0")));
    broker.stop().await;
}

#[tokio::test]
async fn all_attempts_are_one_delivery_and_a_dead_letter_hangs_under_it() {
    let refusing = Subscriber::answering(503, "no").await;
    let sink = Subscriber::willing().await;
    let (world, mut ended) = traced();
    let world = world.with_trigger(vec![], &refusing, delivery(2, Some(&sink)));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[("traceparent", SENDERS)])).await;
    let retrying = until(&broker, |one| !one.retrying.is_empty()).await;
    let shown = &retrying.retrying[0];
    assert_eq!(
        (shown.event_id.as_str(), shown.event_type.as_str()),
        ("1", "placed")
    );
    assert!(shown.why.contains("503"), "{shown:?}");
    let done = until(&broker, |one| one.dead_lettered == 1).await;
    until_nothing_lags(&broker).await;
    assert_eq!((done.failed, done.retried), (1, 2));
    let spans = all(&mut ended);
    let delivered = named(&spans, "deliver trigger-0");
    assert_eq!(
        delivered.error.as_deref(),
        Some("it answered 503 Service Unavailable")
    );
    assert_eq!(attribute(delivered, "souk.attempts"), Some(&Value::Int(3)));
    let events: Vec<_> = delivered.events.iter().map(|one| one.name).collect();
    assert_eq!(events, ["retry", "retry"]);
    for attempt in refusing.received() {
        assert_eq!(
            seen(attempt.header("traceparent").unwrap()),
            delivered.span_id
        );
    }
    let buried = named(&spans, "bury trigger-0");
    assert_eq!(
        (buried.parent_id, &buried.error),
        (Some(delivered.span_id), &None)
    );
    let letter = sink.received().remove(0);
    assert_eq!(seen(letter.header("traceparent").unwrap()), buried.span_id);
    assert!(broker.triggers()[0].retrying.is_empty());
    broker.stop().await;
}

#[tokio::test]
async fn a_delivery_that_the_end_of_the_broker_cut_off_is_the_same_span_for_the_next_one() {
    let refusing =
        Subscriber::start(
            |_, before| async move { response(if before == 0 { 503 } else { 202 }, "") },
        )
        .await;
    let (world, mut ended) = traced();
    let mut patient = delivery(3, None);
    patient.backoff_delay_ms = 10_000;
    let mut world = world.with_trigger(vec![], &refusing, patient);
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[("traceparent", SENDERS)])).await;
    until(&broker, |one| !one.retrying.is_empty()).await;
    broker.stop().await;
    let (spans, mut later) = Spans::channel(SystemTime::now);
    assert!(
        all(&mut ended)
            .iter()
            .all(|span| span.kind == Kind::Consumer)
    );
    world.spans = spans;
    let broker = world.open().await;
    until_nothing_lags(&broker).await;
    let delivered = all(&mut later).remove(0);
    for attempt in refusing.received() {
        assert_eq!(
            seen(attempt.header("traceparent").unwrap()),
            delivered.span_id
        );
    }
    assert_eq!(refusing.received().len(), 2);
    broker.stop().await;
}

#[tokio::test]
async fn a_reply_hangs_under_the_delivery_that_it_answers() {
    let answering = Subscriber::start(|request, _| async move {
        let mut reply = response(200, "");
        if request.id() == "1" {
            for (name, value) in [
                ("ce-specversion", "1.0"),
                ("ce-id", "2"),
                ("ce-source", "/s"),
                ("ce-type", "answer"),
            ] {
                let value = HeaderValue::from_static(value);
                reply.headers_mut().insert(name, value);
            }
        }
        reply
    })
    .await;
    let (world, mut ended) = traced();
    let world = world.with_trigger(vec![], &answering, delivery(0, None));
    let broker = world.open().await;
    accept(&broker, event("1", "question", &[("traceparent", SENDERS)])).await;
    answering.after(2).await;
    until_nothing_lags(&broker).await;
    let spans = all(&mut ended);
    let asked = named(&spans, "receive question").span_id;
    let delivered: Vec<_> = spans
        .iter()
        .filter(|one| one.kind == Kind::Producer)
        .collect();
    let first = delivered.iter().find(|one| one.parent_id == Some(asked));
    let replied = named(&spans, "receive answer");
    assert_eq!(replied.parent_id, first.map(|one| one.span_id));
    broker.stop().await;
}

#[tokio::test]
async fn lag_attempts_and_offsets_are_told_under_the_names_of_a_cluster() {
    let world = World::new();
    let taking = Subscriber::willing().await;
    let world = world.with_trigger(vec![], &taking, delivery(0, None));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[("ce-partitionkey", "a")])).await;
    until_nothing_lags(&broker).await;
    let text = broker.metrics();
    for line in [
        "kn_eventing_dispatch_latency_ms_count{kn_broker_namespace=\"souk\",kn_broker_name=\"default\",cloudevents_type=\"placed\",http_response_status_code=\"202\"} 1",
        "kn_eventing_dispatch_latency_ms_count{kn_trigger_namespace=\"souk\",kn_trigger_name=\"trigger-0\",cloudevents_type=\"placed\",http_response_status_code=\"202\"} 1",
        "kn_eventing_process_latency_ms_count{kn_trigger_namespace=\"souk\",kn_trigger_name=\"trigger-0\",cloudevents_type=\"placed\"} 1",
        "kafka_consumergroup_lag_sum{consumergroup=\"knative-trigger-souk-trigger-0\",topic=\"knative-broker-souk-default\"} 0",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    }
    let end = |name: &str| {
        let lines = text
            .lines()
            .filter(|line| line.starts_with(&format!("{name}{{")));
        let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
        values.sum::<u64>()
    };
    assert_eq!(end("kafka_topic_partition_current_offset"), 1);
    assert_eq!(end("kafka_consumergroup_current_offset"), 1);
    assert_eq!(end("kafka_consumergroup_lag"), 0);
    broker.stop().await;
}
