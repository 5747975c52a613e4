//! What orders, inventory, payments and shipping say of one order fits together.

use super::{Findings, Rule};
use crate::books::{Books, Order};

/// Four functions, one story.
pub(super) const AGREE: Rule = Rule {
    name: "orders-agree",
    means: "an order's state fits its reservation, its payment and its shipment",
    needs: &["orders", "inventory", "payments", "shipping", "deadletters"],
    check: |books, findings| {
        for order in books.orders.values() {
            findings.look();
            let wrong = disagreements(books, order);
            if wrong.is_empty() {
                continue;
            }
            let what = format!(
                "order {} is {}: {}",
                order.order_id,
                order.state,
                wrong.join("; ")
            );
            match books.is_among_dead_letters(order.order_id) {
                true => findings.note(format!(
                    "{what}; an event about it is among the dead letters"
                )),
                false => findings.wrong(
                    what,
                    "which fact got lost: souk events | grep its id; souk dead-letters list",
                ),
            }
        }
        strangers(books, findings);
    },
};

/// What is there of orders that are not.
fn strangers(books: &Books, findings: &mut Findings) {
    // Held ones have a rule of their own.
    let reserved = books
        .reservations
        .values()
        .filter(|one| one.state != "held");
    let reserved = reserved.map(|one| (&one.order_id, "a reservation"));
    let paid = books.payments.keys().map(|id| (id, "a payment"));
    let shipped = books
        .shipments
        .iter()
        .map(|one| (&one.order_id, "a shipment"));
    for (id, what) in reserved.chain(paid).chain(shipped) {
        let known = books.orders.contains_key(id);
        findings.expect(
            known,
            || format!("order {id}: there is {what}, and no such order"),
            "souk events | grep its id",
        );
    }
}

fn disagreements(books: &Books, order: &Order) -> Vec<String> {
    let id = order.order_id;
    let reservation = books
        .reservations
        .get(&id)
        .map_or("none", |one| one.state.as_str());
    let payment = books
        .payments
        .get(&id)
        .map_or("none", |one| one.state.as_str());
    let shipment = books
        .shipment_of(id)
        .map_or("none", |one| one.state.as_str());
    let (stock, money, parcel): (&[&str], &[&str], &[&str]) = match order.state.as_str() {
        "awaiting_stock" => (&["none"], &["none"], &["none"]),
        "awaiting_payment" => (&["held", "expired"], &["none", "pending"], &["none"]),
        "confirmed" => (&["held"], &["authorized"], &["booked"]),
        "shipped" => (
            &["booked_out"],
            &["captured", "refunded", "authorized"],
            &["dispatched"],
        ),
        "delivered" => (
            &["booked_out"],
            &["captured", "refunded", "authorized"],
            &["delivered"],
        ),
        "cancelled" => (
            &["none", "released", "expired", "rejected"],
            &[
                "none",
                "unwanted",
                "declined",
                "voided",
                "refunded",
                "pending",
                "authorized",
                "captured",
            ],
            &["none", "cancelled"],
        ),
        _ => return vec!["no such state is known".to_owned()],
    };
    let mut wrong = Vec::new();
    for (store, is, may_be) in [
        ("reservation", reservation, stock),
        ("payment", payment, money),
        ("shipment", shipment, parcel),
    ] {
        if !may_be.contains(&is) {
            wrong.push(format!("its {store} is {is}"));
        }
    }
    if matches!(order.state.as_str(), "shipped" | "delivered") {
        wrong.extend(unpaid(books, order));
    }
    wrong
}

/// A parcel has left, and its money was not taken: only if the provider has refused.
fn unpaid(books: &Books, order: &Order) -> Option<String> {
    let id = order.order_id;
    let payment = books.payments.get(&id)?;
    let of_it = || books.ledger.iter().filter(|entry| entry.order_id == id);
    if payment.state == "authorized" {
        let is_told = of_it().any(|entry| {
            entry.kind == "capture" && matches!(entry.outcome.as_str(), "refused" | "open")
        });
        return (!is_told)
            .then(|| "its parcel has left, and nobody has asked for the money".to_owned());
    }
    (payment.captured_minor != order.total_minor).then(|| {
        format!(
            "it costs {}, and {} was taken",
            order.total_minor, payment.captured_minor
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CONFIRMED, SHIPPED, breaks, breaks_all};

    #[test]
    fn an_order_that_says_delivered_before_its_parcel_does_is_found() {
        breaks_all(&["orders-agree", "events-complete"], |books| {
            books.orders.get_mut(&SHIPPED).unwrap().state = "delivered".to_owned();
        });
    }

    #[test]
    fn a_parcel_that_costs_more_than_was_taken_is_found() {
        breaks("orders-agree", |books| {
            books.orders.get_mut(&SHIPPED).unwrap().total_minor += 1
        });
    }

    #[test]
    fn a_payment_of_no_order_is_found() {
        breaks("orders-agree", |books| {
            let mut payment = books.payments[&CONFIRMED].clone();
            payment.order_id = uuid::Uuid::from_u128(99);
            "unwanted".clone_into(&mut payment.state);
            books.payments.insert(payment.order_id, payment);
        });
    }
}
