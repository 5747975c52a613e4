//! The books of a small healthy shop, for rules' tests: each breaks one thing and sees one rule fail.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::check;
use crate::books::{
    Books, Entry, Event, Intent, Letter, Line, MailSeen, Movement, Order, Payment, Reservation,
    Shipment, Stock, Trigger,
};

/// Waits for the provider.
pub(super) const PENDING: Uuid = Uuid::from_u128(1);
/// Waits to be packed.
pub(super) const CONFIRMED: Uuid = Uuid::from_u128(2);
/// Waits for its carrier; a part of the money was given back.
pub(super) const SHIPPED: Uuid = Uuid::from_u128(3);
/// Over; the money was let go.
pub(super) const CANCELLED: Uuid = Uuid::from_u128(4);

const CUSTOMER: Uuid = Uuid::from_u128(7);
const PRICE: i64 = 1250;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// Breaks one thing and expects exactly one rule to be broken.
pub(super) fn breaks(rule: &str, breaking: impl FnOnce(&mut Books)) {
    breaks_all(&[rule], breaking);
}

/// The same where one thing cannot be broken alone.
pub(super) fn breaks_all(rules: &[&str], breaking: impl FnOnce(&mut Books)) {
    let mut books = healthy();
    breaking(&mut books);
    let report = check(&books);
    assert_eq!(report.broken(), rules, "{}", report.text(99));
}

/// An event about an order; its id is made of all three.
pub(super) fn event(fact: &str, order_id: Uuid, suffix: &str) -> Event {
    let emitter = match fact.split_once('.').unwrap().0 {
        "order" => "orders",
        "stock" => "inventory",
        "shipment" => "shipping",
        _ if fact == "payment.requested" => "orders",
        _ => "payments",
    };
    Event {
        event_type: format!("dev.souk.{fact}.v1"),
        source: format!("/functions/{emitter}"),
        id: format!("{fact}-{order_id}{suffix}"),
        key: order_id.to_string(),
        accepted_at: noon(),
        data: json!({ "order_id": order_id, "account_id": CUSTOMER, "amount": { "amount_minor": 250 } }),
    }
}

fn line() -> Vec<Line> {
    vec![Line {
        sku: "MUG".to_owned(),
        quantity: 1,
    }]
}

/// Adds one order with all that belongs to it.
fn add(books: &mut Books, id: Uuid, states: [&str; 4], facts: &[&str]) {
    let [state, stock, money, parcel] = states.map(str::to_owned);
    let is_taken = money == "captured";
    let (captured_minor, refunded_minor) = if is_taken { (PRICE, 250) } else { (0, 0) };
    let order = Order {
        order_id: id,
        account_id: CUSTOMER,
        total_minor: PRICE,
        lines: line(),
        placed_at: noon(),
        updated_at: noon(),
        state,
    };
    books.orders.insert(id, order);
    books.reservations.insert(
        id,
        Reservation {
            order_id: id,
            state: stock,
            lines: line(),
            expires_at: None,
        },
    );
    let payment = Payment {
        order_id: id,
        wanted: if is_taken {
            "take"
        } else if money == "voided" {
            "let_go"
        } else {
            "hold"
        }
        .to_owned(),
        state: money,
        amount_minor: Some(PRICE),
        captured_minor,
        refunded_minor,
        updated_at: noon(),
    };
    books.payments.insert(id, payment);
    if parcel != "none" {
        books.shipments.push(Shipment {
            order_id: id,
            state: parcel,
            lines: line(),
        });
    }
    books
        .events
        .extend(facts.iter().map(|fact| event(fact, id, "")));
}

fn asked(books: &mut Books, order_id: Uuid, entries: &[(&str, &str, i64)]) {
    books
        .ledger
        .extend(entries.iter().map(|(kind, outcome, amount_minor)| Entry {
            order_id,
            kind: (*kind).to_owned(),
            amount_minor: *amount_minor,
            outcome: (*outcome).to_owned(),
        }));
}

fn intent(books: &mut Books, order_id: Uuid, status: &str, received: i64, refunded: i64) {
    let id = format!("pi_{}", order_id.as_u128());
    let (status, order_id) = (status.to_owned(), Some(order_id));
    books.intents.push(Intent {
        id,
        order_id,
        status,
        received,
        refunded: Some(refunded),
    });
}

fn stocked(books: &mut Books) {
    books.stock.insert(
        "MUG".to_owned(),
        Stock {
            sku: "MUG".to_owned(),
            on_hand: 9,
            reserved: 2,
        },
    );
    let movement = |kind: &str, quantity, order_id| Movement {
        sku: "MUG".to_owned(),
        kind: kind.to_owned(),
        quantity,
        order_id,
    };
    books.movements = vec![
        movement("received", 10, None),
        movement("booked_out", -1, Some(SHIPPED)),
    ];
}

/// What was heard and written.
fn heard(books: &mut Books) {
    let triggers = [
        "inventory-on-order-placed",
        "inventory-on-order-confirmed",
        "inventory-on-order-cancelled",
        "inventory-on-shipment-dispatched",
        "orders-on-stock-reserved",
        "orders-on-payment-authorized",
        "orders-on-shipment-dispatched",
        "payments-on-payment-requested",
        "payments-on-order-cancelled",
        "payments-on-shipment-dispatched",
        "shipping-on-order-confirmed",
        "shipping-on-order-cancelled",
        "notifications-on-order-placed",
        "notifications-on-order-confirmed",
        "notifications-on-order-shipped",
        "notifications-on-order-cancelled",
    ];
    books.triggers = triggers
        .iter()
        .filter_map(|name| Trigger::named(name))
        .collect();
    let all: HashSet<_> = books
        .events
        .iter()
        .map(|event| (event.source.clone(), event.id.clone()))
        .collect();
    for function in ["orders", "inventory", "shipping"] {
        books.inboxes.insert(function.to_owned(), all.clone());
    }
    for event in books
        .events
        .iter()
        .filter(|event| event.fact().starts_with("order."))
    {
        let (kind, order_id) = (event.fact().to_owned(), event.order_id());
        books.letters.push(Letter {
            account_id: CUSTOMER,
            order_id,
            state: "sent".to_owned(),
            kind,
        });
        books.mails.push(MailSeen {
            message_id: event.id.clone(),
            to: "ada@souk.example".to_owned(),
            subject: event.fact().to_owned(),
            text: event.key.clone(),
        });
    }
}

/// Four orders, and nothing wrong with them.
pub(super) fn healthy() -> Books {
    let mut books = Books {
        read_at: noon() + TimeDelta::minutes(1),
        ..Books::default()
    };
    let paid = [
        "order.placed",
        "stock.reserved",
        "payment.requested",
        "payment.authorized",
        "order.confirmed",
        "shipment.booked",
    ];
    let shipped = [
        &paid[..],
        &[
            "shipment.dispatched",
            "order.shipped",
            "payment.captured",
            "payment.refunded",
        ],
    ]
    .concat();
    let cancelled = [&paid[..], &["order.cancelled", "payment.voided"]].concat();
    add(
        &mut books,
        PENDING,
        ["awaiting_payment", "held", "pending", "none"],
        &paid[..3],
    );
    add(
        &mut books,
        CONFIRMED,
        ["confirmed", "held", "authorized", "booked"],
        &paid,
    );
    add(
        &mut books,
        SHIPPED,
        ["shipped", "booked_out", "captured", "dispatched"],
        &shipped,
    );
    add(
        &mut books,
        CANCELLED,
        ["cancelled", "released", "voided", "cancelled"],
        &cancelled,
    );
    let held = ("authorization", "done", PRICE);
    asked(&mut books, PENDING, &[("authorization", "open", PRICE)]);
    asked(&mut books, CONFIRMED, &[held]);
    asked(
        &mut books,
        SHIPPED,
        &[held, ("capture", "done", PRICE), ("refund", "done", 250)],
    );
    asked(&mut books, CANCELLED, &[held, ("void", "done", PRICE)]);
    intent(&mut books, CONFIRMED, "requires_capture", 0, 0);
    intent(&mut books, SHIPPED, "succeeded", PRICE, 250);
    intent(&mut books, CANCELLED, "canceled", 0, 0);
    stocked(&mut books);
    heard(&mut books);
    books
}
