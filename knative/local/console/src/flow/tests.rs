//! What spans tell of the flow.

use serde_json::{Value, json};

use super::*;
use crate::record::{SpanKind, SpanRecord, TracedSpan};

fn heard(service: &str, kind: SpanKind, error: bool, attributes: Value) -> Heard {
    let span = TracedSpan {
        trace_id: [0xab; 16],
        keys: Vec::new(),
        order: None,
        span: SpanRecord {
            span_id: [1; 8],
            parent_id: None,
            service: service.to_owned(),
            name: "POST /v1/orders".to_owned(),
            kind,
            start_us: 0,
            duration_us: 0,
            error,
            status: String::new(),
            detail: String::new(),
        },
    };
    Heard::of(&span, attributes.as_object().unwrap())
}

fn edge(heard: &Heard) -> Option<(&str, &str, &str)> {
    let edge = heard.edge.as_ref()?;
    Some((&edge.from, &edge.to, edge.kind))
}

#[test]
fn the_kind_of_a_span_says_from_where_to_where_it_went() {
    let placed = json!({"cloudevents.event_type": "order.placed"});
    let orders = json!({"server.address": "orders.souk.svc.cluster.local"});
    let provider = json!({"peer.service": "payment-provider"});
    let trigger = json!({"souk.trigger": "souk/orders-on-stock-reserved"});
    let keys = json!({"peer.service": "keys", "server.address": "identity.souk.svc.cluster.local"});
    let cluster_keys = json!({"peer.service": "keys", "server.address": "kubernetes.default.svc"});
    let database = json!({"db.system.name": "postgresql", "server.address": "127.0.0.1"});
    for (service, kind, error, attributes, expected) in [
        (
            "gateway",
            SpanKind::Server,
            false,
            &orders,
            Some(("gateway", "orders", "request")),
        ),
        ("orders", SpanKind::Server, false, &json!({}), None),
        ("orders", SpanKind::Client, false, &database, None),
        (
            "orders",
            SpanKind::Producer,
            false,
            &placed,
            Some(("orders", "broker", "event")),
        ),
        (
            "inventory",
            SpanKind::Consumer,
            false,
            &placed,
            Some(("broker", "inventory", "event")),
        ),
        (
            "payments",
            SpanKind::Client,
            true,
            &provider,
            Some(("payments", "payment-provider", "request")),
        ),
        (
            "orders",
            SpanKind::Client,
            false,
            &keys,
            Some(("orders", "identity", "request")),
        ),
        ("intake", SpanKind::Client, false, &cluster_keys, None),
        ("broker", SpanKind::Producer, false, &orders, None),
        (
            "broker",
            SpanKind::Producer,
            true,
            &trigger,
            Some(("broker", "orders", "event")),
        ),
    ] {
        let heard = heard(service, kind, error, attributes.clone());
        assert_eq!(edge(&heard), expected, "{service} {kind:?}");
    }
}

#[test]
fn rates_are_those_of_the_last_ten_seconds() {
    let flow = Flow::new();
    let request = heard("gateway", SpanKind::Server, true, json!({}));
    let event = heard("broker", SpanKind::Consumer, false, json!({}));
    flow.count(&[request.clone(), request, event], 5);
    let rates = flow.rates_at(14);
    assert_eq!(rates.requests_per_second, 0.2);
    assert_eq!(
        (rates.errors_per_second, rates.events_per_second),
        (0.2, 0.1)
    );
    assert_eq!(flow.rates_at(15), Rates::default());
}

#[tokio::test]
async fn edges_are_told_together_and_only_to_who_listens() {
    let flow = Flow::new();
    let request = heard(
        "gateway",
        SpanKind::Server,
        false,
        json!({"kong.service.name": "orders"}),
    );
    flow.hear(std::slice::from_ref(&request));
    let mut told = flow.follow();
    flow.hear(&[request.clone(), request.clone()]);
    flow.hear(&[request]);
    let said: Value = serde_json::from_str(&told.recv().await.unwrap()).unwrap();
    let expected = json!({"edges": [{
        "from": "gateway", "to": "orders", "kind": "request", "label": "POST /v1/orders",
        "count": 3, "errors": 0, "trace_id": "ab".repeat(16), "at": "1970-01-01T00:00:00.000000Z",
    }]});
    assert_eq!(said, expected);
}

#[tokio::test]
async fn edges_are_told_by_when_they_began_and_lead_to_the_newest_trace() {
    let flow = Flow::new();
    let mut told = flow.follow();
    let attributes = json!({"cloudevents.event_type": "order.placed", "server.address": "orders.souk.svc.cluster.local"});
    let at = |service: &str, kind, at: Micros, trace: u8| Heard {
        at,
        trace_id: [trace; 16],
        ..heard(service, kind, false, attributes.clone())
    };
    flow.hear(&[
        at("inventory", SpanKind::Consumer, 30, 1),
        at("gateway", SpanKind::Server, 10, 1),
        at("inventory", SpanKind::Consumer, 25, 2),
    ]);
    flow.hear(&[at("orders", SpanKind::Producer, 20, 1)]);
    let said: Value = serde_json::from_str(&told.recv().await.unwrap()).unwrap();
    let edges: Vec<String> = said["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| format!("{} {} {}", edge["from"], edge["at"], edge["trace_id"]))
        .map(|edge| edge.replace('"', ""))
        .collect();
    let trace = "01".repeat(16);
    assert_eq!(
        edges,
        [
            format!("gateway 1970-01-01T00:00:00.000010Z {trace}"),
            format!("orders 1970-01-01T00:00:00.000020Z {trace}"),
            format!("broker 1970-01-01T00:00:00.000030Z {trace}"),
        ]
    );
}
