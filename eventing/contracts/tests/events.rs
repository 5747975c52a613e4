//! An event as it travels: envelope and data.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use chrono::{DateTime, Utc};
use cloudevents::{AttributesReader, Event};
use serde_json::{Value, json};
use souk_contracts::{Contract, Currency, Money, OrderPlaced, ParcelMoved, PricedLine};
use uuid::Uuid;

fn order_placed() -> OrderPlaced {
    OrderPlaced {
        order_id: Uuid::from_u128(7),
        account_id: Uuid::from_u128(8),
        email: "ada@souk.example".to_owned(),
        cart_id: None,
        lines: vec![PricedLine {
            sku: "MUG-BLUE".to_owned(),
            name: "Blue mug".to_owned(),
            quantity: 2,
            unit_price: Money::new(1250, Currency::EUR),
        }],
        total: Money::new(2500, Currency::EUR),
        placed_at: DateTime::UNIX_EPOCH,
    }
}

fn event() -> Event {
    order_placed().event(Uuid::from_u128(1), DateTime::UNIX_EPOCH)
}

#[test]
fn the_envelope_says_who_speaks_of_what() {
    let event = event();
    assert_eq!(event.id(), Uuid::from_u128(1).to_string());
    assert_eq!(event.ty(), "dev.souk.order.placed.v1");
    assert_eq!(event.source(), "/functions/orders");
    assert_eq!(
        event.subject(),
        Some("orders/00000000-0000-0000-0000-000000000007")
    );
    assert_eq!(event.time(), Some(&DateTime::<Utc>::UNIX_EPOCH));
    assert_eq!(event.datacontenttype(), Some("application/json"));
}

#[test]
fn the_partition_key_is_the_order() {
    let key = event().extension("partitionkey").unwrap().to_string();
    assert_eq!(key, Uuid::from_u128(7).to_string());
}

#[test]
fn what_was_said_is_what_is_heard() {
    let mut event = event();
    let (_, _, data) = event.take_data();
    let data: serde_json::Value = data.unwrap().try_into().unwrap();
    assert_eq!(
        data["lines"][0]["unit_price"],
        serde_json::json!({ "amount_minor": 1250, "currency": "EUR" })
    );
    assert_eq!(
        serde_json::from_value::<OrderPlaced>(data).unwrap(),
        order_placed()
    );
}

fn parcel_moved(field: &str, value: Value) -> Result<ParcelMoved, serde_json::Error> {
    let mut data = json!({
        "tracking_number": "T-1", "carrier": "dhl", "status": "in_transit", "location": "K\u{f6}ln",
        "occurred_at": "2026-03-14T09:26:53+01:00",
    });
    data[field] = value;
    serde_json::from_value(data)
}

#[test]
fn a_publisher_says_nothing_that_its_consumer_could_never_keep() {
    let longest = "\u{20ac}".repeat(200);
    for (field, good) in [
        ("location", Value::Null),
        ("location", json!(longest)),
        ("occurred_at", json!("0001-01-01T00:00:00Z")),
    ] {
        assert!(parcel_moved(field, good.clone()).is_ok(), "{field} {good}");
    }
    for (field, bad) in [
        ("location", json!("")),
        ("location", json!("K\u{0}ln")),
        ("location", json!(longest + "!")),
        ("carrier", json!("dhl\nBcc: everybody")),
        ("occurred_at", json!("-9999-01-01T00:00:00Z")),
        ("occurred_at", json!("+12026-01-01T00:00:00Z")),
    ] {
        assert!(parcel_moved(field, bad.clone()).is_err(), "{field} {bad}");
    }
}
