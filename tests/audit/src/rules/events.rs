//! Facts in the broker's log: each said, and said once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use super::{Findings, Rule};
use crate::books::{Books, Event, Order};

/// What may happen to an order several times: each time is an event of its own.
const MANY: [&str; 7] = [
    "payment.refunded",
    "payment.postponed",
    "authentication.requested",
    "cancellation.requested",
    // The bank is asked once more when the dispatch is heard again.
    "capture.refused",
    "shipment.booked",
    "shipment.cancelled",
];

/// No fact is told as two.
pub(super) const ONCE: Rule = Rule {
    name: "events-once",
    means: "a fact about an order is one event, whatever happened to who has said it",
    needs: &["broker"],
    check: once,
};

/// No order without its events.
pub(super) const COMPLETE: Rule = Rule {
    name: "events-complete",
    means: "whatever an order, its payment and its shipment have come to was told",
    needs: &["broker", "orders", "inventory", "payments", "shipping"],
    check: complete,
};

/// No event without its order.
pub(super) const OF_NOTHING: Rule = Rule {
    name: "events-of-something",
    means: "whatever was told of an order is told of one that exists",
    needs: &["broker", "orders"],
    check: of_nothing,
};

fn once(books: &Books, findings: &mut Findings) {
    let mut ids: BTreeMap<(Uuid, &str), BTreeSet<&str>> = BTreeMap::new();
    let (mut seen, mut again) = (HashSet::new(), 0);
    for event in &books.events {
        if !seen.insert((&event.source, &event.id)) {
            again += 1;
        }
        if let Some(order_id) = event.order_id().filter(|_| !MANY.contains(&event.fact())) {
            ids.entry((order_id, &event.event_type))
                .or_default()
                .insert(&event.id);
        }
    }
    for ((order_id, event_type), ids) in ids {
        findings.look();
        let next = "which is right: souk events | grep the order's id; souk logs of its emitter";
        findings.expect(
            ids.len() == 1,
            || format!("order {order_id}: {event_type} was told as {ids:?}"),
            next,
        );
    }
    if again > 0 {
        findings.note(format!("{again} events were sent to the broker more than once under the same id, as after a crash"));
    }
}

/// What was told of an order, by fact, and the amounts that were given back.
#[derive(Default)]
struct Told<'a> {
    facts: HashSet<&'a str>,
    refunds: BTreeMap<&'a str, i64>,
}

fn complete(books: &Books, findings: &mut Findings) {
    let mut told: HashMap<Uuid, Told<'_>> = HashMap::new();
    for event in &books.events {
        let Some(order_id) = event.order_id() else {
            continue;
        };
        let told = told.entry(order_id).or_default();
        told.facts.insert(event.fact());
        if event.fact() == "payment.refunded" {
            let amount = event.data["amount"]["amount_minor"].as_i64().unwrap_or(0);
            told.refunds.insert(&event.id, amount);
        }
    }
    for order in books.orders.values() {
        if books
            .log_begins
            .is_some_and(|begins| order.placed_at <= begins)
        {
            continue;
        }
        findings.look();
        let id = order.order_id;
        let told = told.remove(&id).unwrap_or_default();
        let missing: Vec<_> = expected(books, order)
            .into_iter()
            .filter(|fact| !told.facts.contains(fact))
            .collect();
        let next = "does it lie in an outbox: select * from outbox (its emitter's database); souk logs of its emitter";
        findings.expect(
            missing.is_empty(),
            || format!("order {id}: {} was never told", missing.join(", ")),
            next,
        );
        let refunded = books
            .payments
            .get(&id)
            .map_or(0, |payment| payment.refunded_minor);
        let sum: i64 = told.refunds.values().sum();
        findings.expect(
            sum == refunded,
            || format!("order {id}: {refunded} given back, {sum} told"),
            next,
        );
    }
    if let Some(begins) = books.log_begins {
        findings.note(format!(
            "orders placed before {begins} are left out: the log begins then"
        ));
    }
}

/// What must have been told for an order to be where it is.
fn expected(books: &Books, order: &Order) -> Vec<&'static str> {
    let id = order.order_id;
    let mut facts = vec!["order.placed"];
    facts.extend(match order.state.as_str() {
        "awaiting_payment" => &["payment.requested"][..],
        "confirmed" => &["payment.requested", "order.confirmed"],
        "shipped" => &["payment.requested", "order.confirmed", "order.shipped"],
        "delivered" => &["payment.requested", "order.confirmed", "order.delivered"],
        "cancelled" => &["order.cancelled"],
        _ => &[],
    });
    if let Some(reservation) = books.reservations.get(&id) {
        match reservation.state.as_str() {
            "rejected" if reservation.lines.is_empty() => facts.push("stock.rejected"),
            _ if !reservation.lines.is_empty() => facts.push("stock.reserved"),
            _ => (),
        }
    }
    if let Some(payment) = books.payments.get(&id) {
        facts.extend(match payment.state.as_str() {
            "authorized" => &["payment.authorized"][..],
            "captured" | "refunded" => &["payment.authorized", "payment.captured"],
            "voided" => &["payment.authorized", "payment.voided"],
            "declined" => &["payment.declined"],
            _ => &[],
        });
    }
    for shipment in books.shipments.iter().filter(|one| one.order_id == id) {
        facts.extend(match shipment.state.as_str() {
            "dispatched" => &["shipment.booked", "shipment.dispatched"][..],
            "delivered" => &[
                "shipment.booked",
                "shipment.dispatched",
                "shipment.delivered",
            ],
            _ => &["shipment.booked"],
        });
    }
    facts
}

fn of_nothing(books: &Books, findings: &mut Findings) {
    let mut strangers: BTreeMap<Uuid, &Event> = BTreeMap::new();
    for event in books
        .events
        .iter()
        .filter(|event| event.source.starts_with("/functions/"))
    {
        let Some(order_id) = event.order_id() else {
            continue;
        };
        findings.look();
        if !books.orders.contains_key(&order_id) {
            strangers.entry(order_id).or_insert(event);
        }
    }
    for (order_id, event) in strangers {
        let next = "was a database restored without the broker's log? docs/operations.md says how to restore a shop whole";
        findings.wrong(
            format!(
                "order {order_id}: {} was told (event {}), and there is no such order",
                event.event_type, event.id
            ),
            next,
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CONFIRMED, PENDING, breaks, event};

    #[test]
    fn a_fact_under_two_ids_is_found() {
        // Handled under both: only its doubling is wrong.
        breaks("events-once", |books| {
            let event = event(
                "shipment.dispatched",
                crate::rules::testing::SHIPPED,
                "again",
            );
            for function in ["orders", "inventory"] {
                let inbox = books.inboxes.get_mut(function).unwrap();
                inbox.insert((event.source.clone(), event.id.clone()));
            }
            books.events.push(event);
        });
    }

    #[test]
    fn the_same_event_that_was_sent_twice_is_only_noted() {
        let mut books = crate::rules::testing::healthy();
        books.events.push(books.events[0].clone());
        let report = crate::check(&books);
        assert!(report.is_kept, "{}", report.text(9));
        let once = report
            .rules
            .iter()
            .find(|rule| rule.rule == "events-once")
            .unwrap();
        assert_eq!(once.notes.len(), 1);
    }

    #[test]
    fn an_order_whose_request_for_money_was_never_told_is_found() {
        breaks("events-complete", |books| {
            books.events.retain(|event| {
                !(event.fact() == "payment.requested" && event.order_id() == Some(PENDING))
            });
        });
    }

    #[test]
    fn an_event_of_an_order_that_is_gone_is_found() {
        breaks("events-of-something", |books| {
            let mut gone = event("payment.captured", CONFIRMED, "gone");
            gone.data["order_id"] = uuid::Uuid::from_u128(99).to_string().into();
            books.events.push(gone);
        });
    }
}
