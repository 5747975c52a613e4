//! Pieces: what is there, what is promised, what has left.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Findings, Rule};
use crate::books::{Books, Line};

const LOOK: &str = "look at the article's movements: select * from movements where sku = '...' order by movement_id (inventory's database)";

/// On hand is what came and went.
pub(super) const ADDS_UP: Rule = Rule {
    name: "stock-adds-up",
    means: "on hand is the sum of an article's movements, and on hand >= reserved >= 0",
    needs: &["inventory"],
    check: |books, findings| {
        let mut moved: BTreeMap<&str, i64> = BTreeMap::new();
        for movement in &books.movements {
            *moved.entry(&movement.sku).or_default() += movement.quantity;
        }
        for stock in books.stock.values() {
            findings.look();
            let sum = moved.remove(stock.sku.as_str()).unwrap_or(0);
            let (sku, on_hand, reserved) = (&stock.sku, stock.on_hand, stock.reserved);
            findings.expect(
                sum == on_hand,
                || format!("{sku}: {on_hand} on hand, movements make {sum}"),
                LOOK,
            );
            let is_covered = on_hand >= reserved && reserved >= 0;
            findings.expect(
                is_covered,
                || format!("{sku}: {on_hand} on hand, {reserved} reserved"),
                LOOK,
            );
        }
        for (sku, sum) in moved {
            findings.expect(
                sum == 0,
                || format!("{sku}: movements make {sum}, and there is no such article"),
                LOOK,
            );
        }
    },
};

/// Reserved is what reservations hold.
pub(super) const RESERVED: Rule = Rule {
    name: "stock-reserved",
    means: "reserved is the sum of what is held for orders",
    needs: &["inventory"],
    check: |books, findings| {
        let mut held: BTreeMap<&str, i64> = BTreeMap::new();
        for reservation in books
            .reservations
            .values()
            .filter(|one| one.state == "held")
        {
            for line in &reservation.lines {
                *held.entry(&line.sku).or_default() += line.quantity;
            }
        }
        for stock in books.stock.values() {
            findings.look();
            let sum = held.get(stock.sku.as_str()).copied().unwrap_or(0);
            let (sku, reserved) = (&stock.sku, stock.reserved);
            let next = "look at what is held: select * from reservations where state = 'held' (inventory's database)";
            findings.expect(
                sum == reserved,
                || format!("{sku}: {reserved} reserved, orders hold {sum}"),
                next,
            );
        }
    },
};

/// A parcel's pieces are booked out once, and no others.
pub(super) const LEFT_ONCE: Rule = Rule {
    name: "stock-left-once",
    means: "the pieces of each parcel that has left are booked out once, and no others are",
    needs: &["inventory", "shipping"],
    check: |books, findings| {
        let mut left: BTreeMap<Uuid, BTreeMap<&str, i64>> = BTreeMap::new();
        for movement in books
            .movements
            .iter()
            .filter(|movement| movement.kind == "booked_out")
        {
            let order = left
                .entry(movement.order_id.unwrap_or_default())
                .or_default();
            *order.entry(&movement.sku).or_default() -= movement.quantity;
        }
        for shipment in books
            .shipments
            .iter()
            .filter(|one| matches!(one.state.as_str(), "dispatched" | "delivered"))
        {
            findings.look();
            let booked = left.remove(&shipment.order_id).unwrap_or_default();
            let order_id = shipment.order_id;
            let next = "the event may lie among the dead letters: souk dead-letters list";
            let what = || {
                format!(
                    "order {order_id}: {:?} left, {booked:?} booked out",
                    packed(&shipment.lines)
                )
            };
            findings.expect(packed(&shipment.lines) == booked, what, next);
        }
        for (order_id, booked) in left {
            findings.look();
            let next =
                format!("look at both: souk logs shipping; souk logs inventory (order {order_id})");
            findings.wrong(
                format!("order {order_id}: {booked:?} booked out, and no parcel has left"),
                next,
            );
        }
    },
};

fn packed(lines: &[Line]) -> BTreeMap<&str, i64> {
    let mut packed = BTreeMap::new();
    for line in lines {
        *packed.entry(line.sku.as_str()).or_default() += line.quantity;
    }
    packed
}

/// No piece is promised to nobody.
pub(super) const HELD_FOR_SOMEBODY: Rule = Rule {
    name: "stock-held-for-somebody",
    means: "whatever is held, is held for an order that is to be shipped still",
    needs: &["inventory", "orders"],
    check: held_for_somebody,
};

fn held_for_somebody(books: &Books, findings: &mut Findings) {
    for reservation in books
        .reservations
        .values()
        .filter(|one| one.state == "held")
    {
        findings.look();
        let id = reservation.order_id;
        let state = books
            .orders
            .get(&id)
            .map_or("unknown", |order| order.state.as_str());
        let waits = matches!(state, "awaiting_stock" | "awaiting_payment" | "confirmed");
        let is_excused = books.is_among_dead_letters(id);
        if !waits && is_excused {
            findings.note(format!("order {id}: held though the order is {state}; an event about it is among the dead letters"));
        }
        let next = "the event may lie among the dead letters: souk dead-letters list; souk events | grep the order's id";
        findings.expect(
            waits || is_excused,
            || format!("order {id}: pieces are held, and the order is {state}"),
            next,
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CONFIRMED, SHIPPED, breaks};

    #[test]
    fn a_piece_that_nobody_received_is_found() {
        breaks("stock-adds-up", |books| {
            books.stock.get_mut("MUG").unwrap().on_hand += 1
        });
    }

    #[test]
    fn a_promise_without_a_reservation_is_found() {
        breaks("stock-reserved", |books| {
            books.stock.get_mut("MUG").unwrap().reserved += 1
        });
    }

    #[test]
    fn a_parcel_that_was_booked_out_twice_is_found() {
        breaks("stock-left-once", |books| {
            let again = books
                .movements
                .iter()
                .find(|one| one.order_id == Some(SHIPPED))
                .unwrap()
                .clone();
            books.stock.get_mut("MUG").unwrap().on_hand += again.quantity;
            books.movements.push(again);
        });
    }

    #[test]
    fn pieces_that_are_held_for_an_order_that_does_not_exist_are_found() {
        breaks("stock-held-for-somebody", |books| {
            let mut held = books.reservations[&CONFIRMED].clone();
            held.order_id = uuid::Uuid::from_u128(99);
            books.stock.get_mut("MUG").unwrap().reserved += held.lines[0].quantity;
            books.reservations.insert(held.order_id, held);
        });
    }
}
