//! Facts for tests.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::facts::{Asked, DeadLetter, Event, Facts, Payment, Retry, Shipment, Span, Trigger};

/// The order of all tests.
pub(super) const ORDER: &str = "01989f2a-6b9c-7b61-8f3e-5d0f4c1f7a02";

/// A moment of the day on which everything happens: `09:00:00`.
pub(super) fn at(time: &str) -> DateTime<Utc> {
    format!("2026-03-14T{time}Z").parse().unwrap()
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// An order with this status, placed at 09:00:00, of which nothing else is known. It is 09:00:20.
pub(super) fn facts(status: &str) -> Facts {
    let money = json!({ "amount_minor": 1250, "currency": "EUR" });
    read(json!({
        "now": at("09:00:20"), "order_id": ORDER,
        "order": { "said": {
            "order_id": ORDER, "placed_at": at("09:00:00"), "lines": [{ "sku": "MUG" }],
            "state": { "status": status, "reason": null, "detail": null, "since": at("09:00:10") },
            "cancellation": null, "amounts": { "goods": money, "shipping": money, "total": money },
            "shipping_address": { "name": "Ada Secret", "line1": "Street 1" },
        } },
        "payment": { "said": null }, "shipment": { "said": null },
        "events": { "said": [] }, "dead_letters": { "said": [] },
    }))
}

/// An event about the order.
pub(super) fn event(name: &str, time: &str, data: Value) -> Event {
    let source = match name.split('.').next() {
        Some("stock") => "inventory",
        Some("payment" | "authentication" | "capture") => "payments",
        Some("shipment") => "shipping",
        _ => "orders",
    };
    let source = if name == "payment.requested" {
        "orders"
    } else {
        source
    };
    read(json!({
        "id": name, "type": format!("dev.souk.{name}.v1"), "source": format!("/functions/{source}"),
        "subject": format!("orders/{ORDER}"), "time": time, "accepted_at": time, "data": data,
    }))
}

impl Facts {
    /// These events were said, a second apart.
    pub(super) fn said(mut self, names: &[&str]) -> Self {
        let event = |(second, name): (usize, &&str)| {
            event(
                name,
                &at(&format!("09:00:{second:02}")).to_rfc3339(),
                Value::Null,
            )
        };
        self.events = Asked::Said(names.iter().enumerate().map(event).collect());
        self
    }

    pub(super) fn order_has(mut self, change: impl FnOnce(&mut super::facts::Order)) -> Self {
        if let Asked::Said(order) = &mut self.order {
            change(order);
        }
        self
    }

    pub(super) fn payment(mut self, payment: Value) -> Self {
        let payment: Payment = read(payment);
        self.payment = Asked::Said(Some(payment));
        self
    }

    pub(super) fn shipment(mut self, status: &str) -> Self {
        let shipment: Shipment =
            read(json!({ "shipment_id": "ship-1", "status": status, "booked_at": at("09:00:12") }));
        self.shipment = Asked::Said(Some(shipment));
        self
    }

    pub(super) fn dead_letter(mut self, name: &str, destination: &str) -> Self {
        let letter: DeadLetter = read(json!({
            "dead_letter_id": "letter-1", "type": format!("dev.souk.{name}.v1"), "destination": destination,
            "status": "open", "arrived_at": at("09:00:15"),
            "error": { "code": 400, "body": "{\"detail\":\"it is nonsense\"}" },
        }));
        self.dead_letters = Asked::Said(vec![letter]);
        self
    }

    /// The event of this name, which was said, waits to be delivered to the function for the third time.
    pub(super) fn retrying(mut self, name: &str, function: &str) -> Self {
        let retry: Retry = read(json!({
            "event_id": name, "type": format!("dev.souk.{name}.v1"), "attempt": 2,
            "next_at": at("09:00:24"), "why": "503",
        }));
        let trigger = trigger(name, function, 1);
        self.triggers.push(Trigger {
            retrying: vec![retry],
            ..trigger
        });
        self
    }

    pub(super) fn lagging(mut self, name: &str, function: &str, lag: u64) -> Self {
        self.triggers.push(trigger(name, function, lag));
        self
    }

    pub(super) fn failing(mut self, function: &str) -> Self {
        self.functions.push(read(
            json!({ "name": function, "failing": "it ends with 1" }),
        ));
        self
    }

    pub(super) fn faults(mut self, faults: Value) -> Self {
        self.faults = Some(read(faults));
        self
    }
}

fn trigger(name: &str, function: &str, lag: u64) -> Trigger {
    read(json!({
        "name": format!("{function}-on-{}", name.replace('.', "-")), "lag": lag,
        "subscriber": format!("http://{function}.souk.svc.cluster.local/events"),
    }))
}

/// A span that began at 09:00:00.
pub(super) fn span(service: &str, kind: &str, name: &str, duration_us: i64) -> Span {
    Span {
        trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
        service: service.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        started_at: at("09:00:00"),
        duration_us,
        ..Span::default()
    }
}
