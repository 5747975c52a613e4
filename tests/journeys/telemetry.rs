//! One order is one trace, from the gateway to the letter, and the console shows it. Only a shop that was started here has a console.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use journeys::spans::{Span, Trace};
use journeys::{Client, Shop, eventually, order_of};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const SKU: &str = "COF-ETH-250";
/// Who has a part in every order that is confirmed.
const SERVICES: [&str; 7] = [
    "gateway",
    "orders",
    "broker",
    "inventory",
    "payments",
    "shipping",
    "notifications",
];
/// What happens to an order until it is confirmed and shipping knows of it, and who hears of it.
const HEARD: [(&str, &str); 7] = [
    ("inventory", "dev.souk.order.placed.v1"),
    ("orders", "dev.souk.stock.reserved.v1"),
    ("payments", "dev.souk.payment.requested.v1"),
    ("orders", "dev.souk.payment.authorized.v1"),
    ("shipping", "dev.souk.order.confirmed.v1"),
    ("notifications", "dev.souk.order.confirmed.v1"),
    ("orders", "dev.souk.shipment.booked.v1"),
];

/// Everything that is known of an order's trace once it is whole.
fn whole(trace: &Trace) -> Result<(), String> {
    let missing: Vec<&str> = SERVICES
        .into_iter()
        .filter(|service| !trace.services().contains(service))
        .collect();
    if !missing.is_empty() {
        return Err(format!("no span of {missing:?}"));
    }
    for (function, event_type) in HEARD {
        let _ = trace.find(function, "consumer", &format!("process {event_type}"))?;
    }
    trace.check_shape()?;
    each_event_is_handed_on(trace)
}

/// Whether it is an event on its way to the broker.
fn is_sent(span: &Span) -> bool {
    span.kind == "producer" && span.name.starts_with("send ")
}

/// What a function sends, the broker receives, and delivers to somebody who handles it, each time.
fn each_event_is_handed_on(trace: &Trace) -> Result<(), String> {
    let children = |parent: &Span| {
        let parent = parent.id.clone();
        trace
            .spans
            .iter()
            .filter(move |span| span.parent.as_ref() == Some(&parent))
    };
    for sent in trace.spans.iter().filter(|span| is_sent(span)) {
        let event_type = sent.name.trim_start_matches("send ");
        let received = format!("receive {event_type}");
        if children(sent).filter(|span| span.name == received).count() != 1 {
            return Err(format!("{sent} was not received once"));
        }
    }
    for delivered in trace.of("broker", "producer") {
        if children(delivered).all(|span| span.kind != "consumer") {
            return Err(format!("{delivered} was handled by nobody"));
        }
    }
    Ok(())
}

/// An order that was confirmed, with its whole trace, in a shop that was started here.
async fn confirmed() -> Option<(&'static Shop, String, Trace)> {
    let shop = Shop::shared().await;
    shop.local.as_ref()?;
    let customer = shop.customer().await;
    let order_id = place(&customer, None).await;
    let _ = customer.until(&order_id, "confirmed").await;
    let trace = shop.trace_that(&order_id, "the whole trace", whole).await;
    Some((shop, order_id, trace))
}

/// The ids of the events that the broker keeps about an order, and their types.
fn events_about(shop: &Shop, order_id: &str) -> BTreeMap<String, String> {
    let listed = shop.local().souk(&["events", "--json"]);
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let about = events.filter(|event: &Value| event["partitionkey"] == json!(order_id));
    about
        .map(|event| {
            let name = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            (name("id"), name("type"))
        })
        .collect()
}

async fn place(customer: &Client, traceparent: Option<&str>) -> String {
    let mut request = customer
        .request(Method::POST, "/v1/orders")
        .header("idempotency-key", Uuid::new_v4().to_string())
        .json(&order_of(SKU, 1, "pm_card_visa"));
    if let Some(traceparent) = traceparent {
        request = request.header("traceparent", traceparent);
    }
    let answer = customer.send(request, "POST /v1/orders").await.expect(202);
    answer.text("/order_id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_is_one_trace_of_seven_services_without_a_gap_or_an_orphan() {
    let shop = Shop::shared().await;
    if shop.local.is_none() {
        return;
    }
    let customer = shop.customer().await;
    let order_id = place(&customer, None).await;
    let _ = customer.until(&order_id, "confirmed").await;
    let confirmed = Instant::now();
    let trace = shop.trace_that(&order_id, "the whole trace", whole).await;
    eprintln!(
        "{} spans; whole on the console {} ms after the order was seen confirmed",
        trace.spans.len(),
        confirmed.elapsed().as_millis()
    );

    let root = trace.root().expect("one root");
    assert_eq!(
        (root.service.as_str(), root.kind.as_str()),
        ("gateway", "server")
    );
    assert_eq!(root.parent, None, "nobody else has begun it");
    assert!(root.has("http.request.method", "POST"), "{root:?}");
    assert!(root.has("http.response.status_code", "202"), "{root:?}");
    assert!(trace.orphans.is_empty(), "{:?}", trace.orphans);
    let desk = trace.find("orders", "server", "POST /v1/orders");
    let desk = desk.expect("orders has handled the request");
    assert_eq!(desk.parent.as_ref(), Some(&root.id));
    assert!(desk.has("faas.trigger", "http"), "{desk:?}");
    assert!(trace.spans.iter().all(|span| !span.is_error), "{trace}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_about_an_order_is_in_its_trace_with_its_id() {
    let Some((shop, order_id, trace)) = confirmed().await else {
        return;
    };
    let known = events_about(shop, &order_id);
    assert!(known.len() >= 6, "{known:?}");
    for (id, event_type) in &known {
        for name in ["send", "receive", "process"] {
            let name = format!("{name} {event_type}");
            let has = |span: &&Span| span.name == name && span.has("cloudevents.event_id", id);
            let count = trace.spans.iter().filter(has).count();
            assert!(count >= 1, "no span `{name}` of event {id}\n{trace}");
        }
    }
    // The key by which the broker and the console find what belongs to an order.
    let key = "messaging.kafka.message.key";
    for span in trace.spans.iter().filter(|span| is_sent(span)) {
        assert!(span.has(key, &order_id), "{span:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_the_databases_and_the_neighbours_are_in_the_trace_of_an_order() {
    let Some((_, _, trace)) = confirmed().await else {
        return;
    };
    let clients = |service: &'static str| trace.of(service, "client");
    for service in ["orders", "inventory", "payments", "shipping"] {
        let asks = clients(service).any(|span| span.has("db.system.name", "postgresql"));
        assert!(asks, "{service} asks no database\n{trace}");
    }
    let asks = clients("notifications").any(|span| span.has("db.system.name", "aws.dynamodb"));
    assert!(asks, "notifications asks no database\n{trace}");
    let mut calls = clients("payments").filter(|span| span.attribute("peer.service").is_some());
    let provider = calls.next();
    let provider = provider.unwrap_or_else(|| panic!("the provider was not asked\n{trace}"));
    assert!(
        provider.has("http.response.status_code", "200"),
        "{provider:?}"
    );
    let mut prices = clients("orders").filter(|span| span.has("peer.service", "catalog"));
    assert!(
        prices.next().is_some(),
        "catalog was not asked for prices\n{trace}"
    );
    // What is asked, never with what.
    for span in trace.spans.iter().filter(|span| span.kind == "client") {
        let said = span.attributes.to_string();
        assert!(
            !said.contains("1 Main Street") && !said.contains("pm_card"),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_traces_finds_the_order_in_a_trace_of_their_own() {
    let shop = Shop::shared().await;
    if shop.local.is_none() {
        return;
    }
    let customer = shop.customer().await;
    let (trace_id, caller) = (Uuid::new_v4().simple().to_string(), "00f067aa0ba902b7");
    let order_id = place(&customer, Some(&format!("00-{trace_id}-{caller}-01"))).await;
    let _ = customer.until(&order_id, "confirmed").await;
    let trace = shop.trace_that(&order_id, "the whole trace", whole).await;
    assert_eq!(trace.id, trace_id);
    let root = trace.root().expect("one root");
    assert_eq!(
        (root.service.as_str(), root.parent.as_deref()),
        ("gateway", Some(caller))
    );
    let orphans: BTreeSet<String> = BTreeSet::from([root.id.clone()]);
    assert_eq!(
        trace.orphans, orphans,
        "the caller's span alone is elsewhere"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_functions_print_about_an_event_is_found_by_its_trace() {
    let shop = Shop::shared().await;
    if shop.local.is_none() {
        return;
    }
    // A function says no to this one, writes why, and somebody writes that it is a dead letter: all in the trace of the event.
    let id = Uuid::new_v4();
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/tests", "type": "dev.souk.stock.reserved.v1",
        "datacontenttype": "application/json", "data": { "order_id": "no id at all" },
    });
    let _ = shop.tell_the_broker(&event).await;
    let console = shop.console();
    let lines = async |query: &str| {
        let answer = console.get(&format!("/api/logs?{query}")).await.expect(200);
        answer.body["lines"].as_array().cloned().unwrap_or_default()
    };
    let refused = format!("service=orders&level=warn&q={id}");
    let trace_id = eventually("the line that says no", async || {
        let lines = lines(&refused).await;
        let trace_id = lines.iter().find_map(|line| line["trace_id"].as_str());
        trace_id.map(str::to_owned).ok_or(format!("{lines:#?}"))
    })
    .await;
    eventually("the line that tells of the dead letter", async || {
        let lines = lines(&format!("trace_id={trace_id}")).await;
        let of = |service: &str| lines.iter().any(|line| line["service"] == service);
        match of("orders") && of("deadletters") {
            true => Ok(()),
            false => Err(format!("{lines:#?}")),
        }
    })
    .await;
    let trace = shop.trace(&trace_id).await;
    let names: BTreeSet<&str> = trace.services();
    assert!(
        names.contains("broker") && names.contains("orders"),
        "{trace}"
    );
}
