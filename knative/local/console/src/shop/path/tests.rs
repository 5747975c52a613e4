//! The path as a whole.

use serde_json::{Value, json};

use super::facts::Asked;
use super::testing::{ORDER, at, event, facts, span};
use super::*;

fn told(facts: &Facts) -> Value {
    serde_json::to_value(tell(facts)).unwrap()
}

fn titles(path: &Value) -> Vec<&str> {
    path["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["title"].as_str().unwrap())
        .collect()
}

#[test]
fn steps_are_told_oldest_first_with_times_of_microseconds() {
    let path =
        told(&facts("pending").said(&["order.placed", "stock.reserved", "payment.requested"]));
    assert_eq!(
        titles(&path),
        ["Order placed", "Stock set aside", "Payment asked for"]
    );
    assert_eq!(path["steps"][1]["at"], "2026-03-14T09:00:01.000000Z");
    assert_eq!(
        (&path["order_id"], &path["state"]),
        (&json!(ORDER), &json!("pending"))
    );
}

#[test]
fn what_the_log_has_forgotten_is_told_by_its_owners() {
    let mut old = facts("confirmed").shipment("booked").payment(json!({
        "status": "authorized",
        "ledger": [{
            "kind": "authorization", "amount": { "amount_minor": 1250, "currency": "EUR" }, "status": "done",
            "opened_at": at("09:00:02"), "closed_at": at("09:00:03"),
        }],
    }));
    old.now = at("12:00:00");
    assert_eq!(
        titles(&told(&old)),
        [
            "Order placed",
            "The provider is asked to hold 12.50 EUR",
            "Order confirmed",
            "Shipment booked"
        ]
    );
}

#[test]
fn what_an_event_tells_is_not_told_twice() {
    let path = told(
        &facts("confirmed")
            .said(&["order.placed", "order.confirmed", "shipment.booked"])
            .shipment("booked"),
    );
    assert_eq!(
        titles(&path),
        ["Order placed", "Order confirmed", "Shipment booked"]
    );
}

#[test]
fn who_does_not_answer_is_an_unknown_step_and_no_error() {
    let mut silent = facts("pending");
    silent.payment = Asked::Silent("no answer within 5 s".to_owned());
    silent.order = Asked::Silent("503".to_owned());
    let path = told(&silent);
    assert_eq!(path["state"], "unknown");
    let unknown = path["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["status"] == "unknown");
    let who: Vec<&Value> = unknown.map(|step| &step["who"]).collect();
    assert_eq!(who, ["orders", "payments"]);
}

#[test]
fn what_is_open_is_named_for_programs() {
    let path = told(
        &facts("pending")
            .said(&["order.placed"])
            .retrying("order.placed", "inventory"),
    );
    assert_eq!(
        path["open"]["retries"],
        json!([{
            "trigger": "inventory-on-order-placed", "function": "inventory", "event_id": "order.placed",
            "type": "dev.souk.order.placed.v1", "attempt": 2, "next_at": "2026-03-14T09:00:24.000000Z", "why": "503",
        }])
    );
    let path = told(
        &facts("pending")
            .said(&["order.placed"])
            .dead_letter("order.placed", "inventory"),
    );
    let letter = &path["open"]["dead_letters"][0];
    assert_eq!(
        (&letter["dead_letter_id"], &letter["destination"]),
        (&json!("letter-1"), &json!("inventory"))
    );
    let step = &path["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(step["links"]["dead_letter"], "/api/dead-letters/letter-1");
}

#[test]
fn a_retry_of_another_orders_event_is_not_this_ones() {
    let other = facts("pending").retrying("order.placed", "inventory");
    assert_eq!(told(&other)["open"]["retries"], json!([]));
}

#[test]
fn an_event_is_linked_to_the_trace_in_which_it_was_handled() {
    let mut facts = facts("pending").said(&["order.placed"]);
    let mut one = span("orders", "producer", "send dev.souk.order.placed.v1", 5);
    one.attributes
        .insert("cloudevents.event_id".to_owned(), json!("order.placed"));
    facts.spans = vec![one];
    let path = told(&facts);
    assert_eq!(
        path["steps"][0]["trace_id"],
        "0af7651916cd43dd8448eb211c80319c"
    );
    assert_eq!(path["traces"], json!(["0af7651916cd43dd8448eb211c80319c"]));
}

#[test]
fn nobodys_name_or_address_is_in_a_path() {
    let data = json!({ "email": "ada@souk.example", "shipping_address": { "name": "Ada Secret" } });
    let mut facts = facts("confirmed");
    facts.events = Asked::Said(vec![event("order.confirmed", "2026-03-14T09:00:01Z", data)]);
    let path = told(&facts).to_string();
    assert!(
        !path.contains("Ada") && !path.contains("souk.example"),
        "{path}"
    );
}
