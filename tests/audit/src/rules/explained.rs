//! Every order is over, or there is a reason why it is not.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Rule;
use crate::books::{Books, Order};

/// The time to pay (15 minutes) and the time until the sweep (30 minutes), with as much again.
const PENDING_AT_MOST: TimeDelta = TimeDelta::minutes(90);

/// No order is forgotten.
pub(super) const EXPLAINED: Rule = Rule {
    name: "orders-explained",
    means: "every order is delivered or cancelled, or waits for somebody who can be named",
    needs: &["orders", "inventory", "payments", "shipping", "deadletters"],
    check: |books, findings| {
        let mut waiting: BTreeMap<&str, (usize, DateTime<Utc>)> = BTreeMap::new();
        for order in books.orders.values() {
            findings.look();
            let (id, state) = (order.order_id, order.state.as_str());
            if matches!(state, "delivered" | "cancelled") {
                continue;
            }
            let next = "what happened to it: souk events | grep its id; souk dead-letters list; souk logs orders";
            match reason(books, order) {
                Some(reason) => {
                    let told = waiting.entry(reason).or_insert((0, order.updated_at));
                    *told = (told.0 + 1, told.1.min(order.updated_at));
                }
                None => findings.wrong(
                    format!(
                        "order {id}: {state} since {}, and nobody is waited for",
                        order.updated_at
                    ),
                    next,
                ),
            }
            let is_pending = matches!(state, "awaiting_stock" | "awaiting_payment");
            let is_late = is_pending && books.read_at - order.placed_at > PENDING_AT_MOST;
            findings.expect(
                !is_late,
                || {
                    format!(
                        "order {id}: not paid since {}, and not given up",
                        order.placed_at
                    )
                },
                next,
            );
        }
        for (reason, (count, since)) in waiting {
            findings.note(format!(
                "{count} wait for {reason}, the first since {since}"
            ));
        }
    },
};

/// Whom an order waits for when nothing moves.
fn reason(books: &Books, order: &Order) -> Option<&'static str> {
    let id = order.order_id;
    if books.is_among_dead_letters(id) {
        return Some("somebody to look at the dead letters");
    }
    match order.state.as_str() {
        "awaiting_payment" => {
            books
                .payments
                .get(&id)
                .filter(|payment| payment.state == "pending")?;
            let is_asked = books
                .ledger
                .iter()
                .any(|entry| entry.order_id == id && entry.outcome == "open");
            let acts = books
                .intents
                .iter()
                .any(|intent| intent.order_id == Some(id) && intent.status == "requires_action");
            match (acts, is_asked) {
                (true, _) => Some("the customer to approve the payment"),
                (false, true) => Some("the payment provider"),
                (false, false) => None,
            }
        }
        "confirmed" => match books.shipment_of(id)?.state.as_str() {
            // The sweep asks again.
            "booked" if books.wishes.contains(&id) => Some("shipping to answer a cancellation"),
            "booked" => Some("the shop to pack"),
            _ => None,
        },
        "shipped" => Some("the carrier to deliver"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CONFIRMED, PENDING, breaks, breaks_all};

    #[test]
    fn an_order_that_waits_for_nobody_is_found() {
        breaks("orders-explained", |books| {
            books.ledger.retain(|entry| entry.order_id != PENDING)
        });
    }

    #[test]
    fn a_confirmed_order_that_nobody_will_pack_is_found() {
        breaks_all(&["orders-explained", "orders-agree"], |books| {
            books.shipments.retain(|one| one.order_id != CONFIRMED);
        });
    }

    #[test]
    fn an_order_that_is_not_paid_for_hours_is_found() {
        breaks("orders-explained", |books| {
            books.orders.get_mut(&PENDING).unwrap().placed_at -= chrono::TimeDelta::hours(3);
        });
    }
}
