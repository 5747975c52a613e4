//! What must hold: at any time, when a parcel leaves, and when all is quiet.

mod quiet;

use std::fmt;

use inventory::domain::State as Stock;
use payments::domain::{IntentStatus, Outcome};
use shipping::domain::State as Parcel;

pub(crate) use self::quiet::quiet;
use crate::{
    event::{Event, What},
    setup::{Card, SKUS},
    world::{Known, OVERSOLD, World, pieces},
};

/// A rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(String);

impl Broken {
    /// In words.
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    /// In words, about an event.
    pub(crate) fn of(why: &str, event: &Event) -> Self {
        Self(format!("{event}: {why}"))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Holds or does not.
pub(crate) fn holds(holds: bool, why: impl FnOnce() -> String) -> Result<(), Broken> {
    holds.then_some(()).ok_or_else(|| Broken(why()))
}

/// What holds at any time.
pub(crate) fn always(world: &World) -> Result<(), Broken> {
    stock(world)?;
    money(world)?;
    for order in 0..world.orders.rows.len() {
        let state = world.orders.rows[order].state;
        let parcel = world.shipping.orders[order].shipment;
        let has_left = matches!(parcel, Some(Parcel::Dispatched | Parcel::Delivered));
        let is_cancelled = matches!(state, orders::domain::State::Cancelled(_));
        holds(!(has_left && is_cancelled), || {
            format!("order {order} is cancelled, and its parcel has left")
        })?;
    }
    said_once(world)
}

/// On hand is at least what is promised, which is what reservations hold; and no piece appears or gets lost.
fn stock(world: &World) -> Result<(), Broken> {
    for (n, sku) in SKUS.iter().enumerate() {
        let level = world.inventory.stock.get(*sku).copied().unwrap_or_default();
        holds(
            level.on_hand >= level.reserved && level.reserved >= 0,
            || {
                format!(
                    "{sku}: {} on hand, {} reserved",
                    level.on_hand, level.reserved
                )
            },
        )?;
        let (mut held, mut booked_out) = (0, 0);
        for (order, reservation) in world.inventory.reservations.iter().enumerate() {
            let count = i64::from(world.setup.baskets[order].pieces[n]);
            match reservation.as_ref().map(|reservation| reservation.state) {
                Some(Stock::Held) => held += count,
                Some(Stock::BookedOut) => booked_out += count,
                _ => {}
            }
        }
        holds(held == level.reserved, || {
            format!(
                "{sku}: {} reserved, and reservations hold {held}",
                level.reserved
            )
        })?;
        holds(level.on_hand + booked_out == world.setup.stock[n], || {
            format!(
                "{sku}: {} on hand and {booked_out} booked out",
                level.on_hand
            )
        })?;
    }
    Ok(())
}

/// Money is held once for an order, taken only for what has left, and never given back twice.
fn money(world: &World) -> Result<(), Broken> {
    for order in 0..world.setup.baskets.len() {
        let own = || {
            world
                .provider
                .held
                .iter()
                .filter(|held| held.order == order)
        };
        let live = own().filter(|held| {
            matches!(
                held.status,
                IntentStatus::RequiresCapture | IntentStatus::RequiresAction
            ) || held.captured > 0
        });
        holds(live.count() <= 1, || {
            format!("order {order} is charged twice")
        })?;
        let (captured, refunded) = own().fold((0, 0), |(captured, refunded), held| {
            (captured + held.captured, refunded + held.refunded)
        });
        let total = world.setup.baskets[order].total();
        holds(captured <= total && refunded <= captured, || {
            format!("order {order} of {total}: {captured} taken, {refunded} given back")
        })?;
        let parcel = world.shipping.orders[order].shipment;
        let has_left = matches!(parcel, Some(Parcel::Dispatched | Parcel::Delivered));
        holds(captured == 0 || has_left, || {
            format!("order {order}: money was taken, and nothing has left")
        })?;
        let open = world.payments.ledger.iter();
        let open = open.filter(|(of, entry)| *of == order && entry.outcome == Outcome::Open);
        holds(open.count() <= 1, || {
            format!("order {order} has two open entries")
        })?;
    }
    Ok(())
}

fn said_once(world: &World) -> Result<(), Broken> {
    let Some(last) = world.said.last() else {
        return Ok(());
    };
    let is_same = |said: &&Event| said.order == last.order && said.what.name() == last.what.name();
    let count = world.said.iter().filter(is_same).count();
    holds(count == 1 || !last.what.is_said_once(), || {
        format!("{last} was said {count} times")
    })
}

/// Nothing leaves unpaid: its money is held when it leaves.
pub(crate) fn at_dispatch(world: &World, order: usize) -> Result<(), Broken> {
    let mut held = world.provider.held.iter();
    let is_held = held.any(|held| {
        held.order == order && held.status == IntentStatus::RequiresCapture && held.amount > 0
    });
    holds(is_held, || {
        format!("order {order} has left, and nobody holds its money")
    })
}

/// Dead letters that somebody has to do something about, and why they can be.
///
/// A capture that the bank refuses for good: the parcel has left, and the merchant has to get the money some other way. A parcel
/// whose reservation had expired before the confirmation was heard, and whose pieces others were promised: somebody has to count.
pub(crate) fn is_explained(world: &World, event: &Event, why: &str) -> bool {
    match event.what {
        What::ShipmentDispatched if why.starts_with(OVERSOLD) => {
            let reservation = world.inventory.reservations[event.order].as_ref();
            reservation.is_some_and(|reservation| {
                matches!(reservation.state, Stock::Expired | Stock::Rejected)
                    && reservation.pieces == pieces(&world.setup.baskets[event.order])
            })
        }
        _ => capture_is_refused(world, event.order),
    }
}

/// Whether the bank will not give the money of an order whose parcel has left.
pub(crate) fn capture_is_refused(world: &World, order: usize) -> bool {
    let parcel = world.shipping.orders[order].shipment;
    let has_left = matches!(parcel, Some(Parcel::Dispatched | Parcel::Delivered));
    let known = matches!(world.payments.known[order], Some(Known::Requested(_)));
    known && has_left && world.setup.baskets[order].card == Card::Refused
}

#[cfg(test)]
#[path = "rules/tests.rs"]
mod tests;
