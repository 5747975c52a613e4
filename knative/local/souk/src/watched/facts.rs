//! What is known of one order: its owners are asked at the same time, and who does not answer is told so.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use souk_console::{Answer, Problem};
use souk_plan::model::{EnvValue, Plan};
use uuid::Uuid;

use super::Watched;
use crate::platform::MERCHANT;

/// More events than any order has that is not put off for days.
const EVENTS_MOST: usize = 500;
/// Clocks of one machine, but an event may be a moment older than what made it.
const BEFORE: TimeDelta = TimeDelta::minutes(1);
/// Where the manifests say how long an order may wait to be paid.
const PAYMENT_WINDOW: &str = "ORDERS_PAYMENT_WINDOW_SECONDS";

impl Watched {
    /// The facts of an order; 404 when orders says that there is none.
    pub(super) async fn facts_of(&self, order_id: &str) -> Answer {
        let paths = [
            format!("/v2/orders/{order_id}"),
            format!("/v1/payments/{order_id}"),
            format!("/v1/shipments?order_id={order_id}&limit=1"),
        ];
        let since = placed_at(order_id).map(|at| time(at - BEFORE));
        let (order, payment, shipments, events, letters, parts) = tokio::join!(
            self.rest.find(MERCHANT, &paths[0]),
            self.rest.find(MERCHANT, &paths[1]),
            self.rest.find(MERCHANT, &paths[2]),
            self.log.newest(EVENTS_MOST, None, Some(order_id)),
            self.dead_letters.since(since.as_deref()),
            self.parts_as_json(),
        );
        if let Ok(None) = order {
            return Err(Problem::not_found(format!("there is no order {order_id}")));
        }
        let events = events.map(|mut events| {
            events.reverse();
            events
        });
        let letters =
            letters.map(|letters| about(order_id, letters, events.as_deref().unwrap_or_default()));
        let window = self.plan().and_then(|plan| payment_window(&plan));
        Ok(json!({
            "now": time(self.view.clock.status().now),
            "order_id": order_id,
            "order": asked(order.map_err(|problem| problem.detail)),
            "payment": asked(payment.map_err(|problem| problem.detail)),
            "shipment": asked(shipments.map(first).map_err(|problem| problem.detail)),
            "events": asked(events),
            "dead_letters": asked(letters.map_err(|problem| problem.detail)),
            "functions": parts["functions"],
            "triggers": parts["triggers"],
            "faults": parts["faults"],
            "payment_window_seconds": window,
        }))
    }
}

/// `{"said": ...}` or `{"silent": "..."}`.
fn asked<T: serde::Serialize>(answer: Result<T, String>) -> Value {
    match answer {
        Ok(said) => json!({ "said": said }),
        Err(why) => json!({ "silent": why }),
    }
}

fn first(page: Option<Value>) -> Option<Value> {
    page.and_then(|page| page["items"].get(0).cloned())
}

/// Those about the order: by their subject, or because the event is one of the order's.
fn about(order_id: &str, mut letters: Vec<Value>, events: &[Value]) -> Vec<Value> {
    let subject = format!("orders/{order_id}");
    letters.retain(|letter| {
        let is_same =
            |event: &Value| event["id"] == letter["id"] && event["source"] == letter["source"];
        letter["subject"] == subject.as_str() || events.iter().any(is_same)
    });
    letters
}

/// When an order was placed, as its id says; its id is a UUID of version 7.
fn placed_at(order_id: &str) -> Option<DateTime<Utc>> {
    let id: Uuid = order_id.parse().ok()?;
    let (seconds, nanoseconds) = id.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)
}

/// As the manifest says it, where it does.
fn payment_window(plan: &Plan) -> Option<u32> {
    let variables = plan
        .services
        .iter()
        .flat_map(|service| &service.container.env);
    let mut windows = variables.filter(|variable| variable.name == PAYMENT_WINDOW);
    match &windows.next()?.value {
        EnvValue::Literal(text) => text.parse().ok(),
        EnvValue::Ref { .. } => None,
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// `GET /api/orders` of a page of `/v2/orders`: nobody's name or address.
pub(super) fn list(orders: &Value) -> Vec<Value> {
    let order = |order: &Value| {
        let status = &order["state"]["status"];
        let is_wanted_cancelled = status == "confirmed" && !order["cancellation"].is_null();
        json!({
            "order_id": order["order_id"],
            "state": if is_wanted_cancelled { json!("cancelling") } else { status.clone() },
            "reason": order["state"]["reason"],
            "since": order["state"]["since"],
            "placed_at": order["placed_at"],
            "total": order["amounts"]["total"],
            "lines": order["lines"].as_array().map_or(0, Vec::len),
        })
    };
    orders.as_array().into_iter().flatten().map(order).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = "01989f2a-6b9c-7b61-8f3e-5d0f4c1f7a02";

    #[test]
    fn when_an_order_was_placed_is_in_its_id() {
        assert_eq!(
            time(placed_at(ORDER).unwrap()),
            "2025-08-12T16:43:34.172000Z"
        );
        assert_eq!(placed_at("9b5e7b0a-7f1c-4d5e-9f3e-5d0f4c1f7a02"), None);
    }

    #[test]
    fn a_letter_is_an_orders_by_its_subject_or_because_its_event_is() {
        let letter =
            |subject: &str, id: &str| json!({ "subject": subject, "id": id, "source": "/s" });
        let letters = vec![
            letter(&format!("orders/{ORDER}"), "1"),
            letter("", "2"),
            letter("orders/x", "3"),
        ];
        let events = [
            json!({ "id": "2", "source": "/s" }),
            json!({ "id": "3", "source": "/other" }),
        ];
        let found = about(ORDER, letters, &events);
        let ids: Vec<&Value> = found.iter().map(|letter| &letter["id"]).collect();
        assert_eq!(ids, ["1", "2"]);
    }

    #[test]
    fn a_list_of_orders_names_nobody() {
        let total = json!({ "amount_minor": 1250, "currency": "EUR" });
        let orders = json!([{
            "order_id": ORDER, "state": { "status": "confirmed", "reason": null, "since": "t" }, "placed_at": "t",
            "cancellation": { "reason": "out_of_stock" }, "lines": [{ "sku": "MUG" }], "amounts": { "total": total },
            "shipping_address": { "name": "Ada" },
        }]);
        assert_eq!(
            list(&orders),
            [json!({
                "order_id": ORDER, "state": "cancelling", "reason": null, "since": "t", "placed_at": "t",
                "total": total, "lines": 1,
            })]
        );
    }
}
