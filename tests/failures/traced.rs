//! What goes wrong is seen in the trace of the order that it befalls.

use journeys::Shop;
use journeys::spans::{Span, Trace};
use serde_json::json;

const SKU: &str = "COF-ETH-250";

/// The span in which the broker hands an event to payments.
fn asked_for_money(trace: &Trace) -> Result<&Span, String> {
    let name = "deliver payments-on-payment-requested";
    trace.find("broker", "producer", name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_fails_first_and_functions_that_wake_are_seen_in_the_orders_trace() {
    let shop = Shop::start(&["--faults".to_owned()]);
    let customer = shop.customer().await;
    let _ = shop.faults(json!({ "provider": "fail" })).await;
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let retried = |trace: &Trace| {
        let handled = trace.find(
            "payments",
            "consumer",
            "process dev.souk.payment.requested.v1",
        )?;
        handled
            .is_error
            .then_some(())
            .ok_or("payments has not failed yet".to_owned())
    };
    let _ = shop
        .trace_that(&order_id, "a delivery that failed", retried)
        .await;
    let _ = shop.faults(json!({ "provider": "normal" })).await;
    let _ = customer.until(&order_id, "confirmed").await;

    let whole = |trace: &Trace| {
        let _ = asked_for_money(trace)?;
        let letter = "process dev.souk.order.confirmed.v1";
        let _ = trace.find("notifications", "consumer", letter)?;
        trace.check_shape()
    };
    let trace = shop.trace_that(&order_id, "the whole trace", whole).await;
    let delivered = asked_for_money(&trace).expect("it was delivered");
    let retries = delivered.events.iter().filter(|name| *name == "retry");
    assert!(retries.count() >= 1, "{delivered:?}");
    assert!(
        !delivered.is_error,
        "it was taken in the end: {delivered:?}"
    );
    let tries: Vec<&Span> = trace
        .of("payments", "consumer")
        .filter(|span| span.name == "process dev.souk.payment.requested.v1")
        .collect();
    assert!(tries.len() >= 2, "each attempt is a span\n{trace}");
    assert!(tries[0].has("souk.outcome", "later"), "{:?}", tries[0]);
    let last = tries[tries.len() - 1];
    assert!(last.has("souk.outcome", "done"), "{last:?}");
    let asked = trace.of("payments", "client");
    let asked: Vec<&Span> = asked
        .filter(|span| span.attribute("peer.service").is_some())
        .collect();
    assert!(asked.iter().any(|span| span.is_error), "{trace}");
    assert!(asked.iter().any(|span| !span.is_error), "{trace}");

    // Nobody had ordered anything before: whoever has a part in it was woken for it.
    let woken = trace.of("activator", "internal");
    let woken: Vec<&str> = woken.map(|span| span.name.as_str()).collect();
    assert!(woken.contains(&"activate payments"), "{woken:?}");
    assert!(tries[0].has("faas.coldstart", "true"), "{:?}", tries[0]);
    assert!(last.has("faas.coldstart", "false"), "{last:?}");
}
