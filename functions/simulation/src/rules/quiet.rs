//! What holds when everything was delivered and nothing is due any more: every order is over or waits for somebody who is named.

use inventory::domain::State as Stock;
use orders::domain::State as Order;
use payments::domain::{IntentStatus, State as Payment};
use shipping::domain::State as Parcel;

use super::{Broken, capture_is_refused, holds};
use crate::{
    event::What,
    world::{Known, World},
};

/// What holds when all is quiet.
pub(crate) fn quiet(world: &World) -> Result<(), Broken> {
    holds(world.broker.is_empty(), || {
        "something waits at the broker for ever".to_owned()
    })?;
    holds(world.payments.questions.is_empty(), || {
        "something is asked for ever".to_owned()
    })?;
    for order in 0..world.orders.rows.len() {
        holds(world.payments.open_entry(order).is_none(), || {
            format!("order {order}: a question to the provider stays open")
        })?;
        one(world, order)?;
        books(world, order)?;
        told(world, order)?;
    }
    Ok(())
}

/// An order, its pieces and its parcel agree; it is over, or waits for the shop or the carrier.
fn one(world: &World, order: usize) -> Result<(), Broken> {
    let state = world.orders.rows[order].state;
    let reservation = &world.inventory.reservations[order];
    let stock = reservation.as_ref().map(|reservation| reservation.state);
    let parcel = world.shipping.orders[order].shipment;
    let is_counted = |explained: &(crate::event::Event, String)| {
        explained.0.order == order && explained.0.what == What::ShipmentDispatched
    };
    // A person has to count: see `is_explained`.
    let by_hand = world.explained.iter().any(is_counted);
    let agrees = match state {
        // The shop has to pack it.
        Order::Confirmed => stock == Some(Stock::Held) && parcel == Some(Parcel::Booked),
        Order::Shipped => {
            parcel == Some(Parcel::Dispatched) && (stock == Some(Stock::BookedOut) || by_hand)
        }
        Order::Delivered => {
            parcel == Some(Parcel::Delivered) && (stock == Some(Stock::BookedOut) || by_hand)
        }
        Order::Cancelled(_) => {
            !matches!(stock, Some(Stock::Held | Stock::BookedOut))
                && matches!(parcel, None | Some(Parcel::Cancelled))
        }
        Order::AwaitingStock | Order::AwaitingPayment | Order::Cancelling(_) => false,
    };
    holds(agrees, || {
        format!("order {order} is {state:?} for ever, its pieces {stock:?}, its parcel {parcel:?}")
    })
}

/// The provider has what is due for what has left and nothing else, and the ledger says the same.
fn books(world: &World, order: usize) -> Result<(), Broken> {
    let state = world.orders.rows[order].state;
    let own = || {
        world
            .provider
            .held
            .iter()
            .filter(|held| held.order == order)
    };
    let sum = own().fold((0, 0), |sum, held| {
        (sum.0 + held.captured, sum.1 + held.refunded)
    });
    let has_left = matches!(state, Order::Shipped | Order::Delivered);
    let due = match has_left && !capture_is_refused(world, order) {
        true => world.setup.baskets[order].total(),
        false => 0,
    };
    holds(sum.0 == due, || {
        format!(
            "order {order} is {state:?}: {} was taken, due is {due}",
            sum.0
        )
    })?;
    let holds_money = own().any(|held| {
        matches!(
            held.status,
            IntentStatus::RequiresCapture | IntentStatus::RequiresAction
        )
    });
    let may_hold = matches!(state, Order::Confirmed) || capture_is_refused(world, order);
    holds(may_hold || !holds_money, || {
        format!("order {order} is {state:?}, and its money is held")
    })?;
    holds(state != Order::Confirmed || holds_money, || {
        format!("order {order} is confirmed, and nobody holds its money")
    })?;
    let Some(Known::Requested(payment)) = &world.payments.known[order] else {
        return holds(sum == (0, 0), || {
            format!("order {order}: money moved without a payment")
        });
    };
    holds(
        (payment.captured_minor, payment.refunded_minor) == sum,
        || {
            let (captured, refunded) = (payment.captured_minor, payment.refunded_minor);
            format!("order {order}: the books say {captured} and {refunded}, the provider {sum:?}")
        },
    )?;
    let is_settled =
        !matches!(payment.standing.state, Payment::Pending) && payment.wait.postponed.is_none();
    holds(is_settled, || {
        format!("order {order}: its payment waits for ever")
    })
}

/// What has become of an order was said.
fn told(world: &World, order: usize) -> Result<(), Broken> {
    let said = |wanted: &str| {
        let mut all = world.said.iter();
        all.any(|event| event.order == order && event.what.name() == wanted)
    };
    let wanted: &[&str] = match world.orders.rows[order].state {
        Order::Confirmed => &["order.placed", "order.confirmed"],
        // The dispatch may have been heard of after the delivery only.
        Order::Delivered => &["order.placed", "order.confirmed", "order.delivered"],
        Order::Shipped => &["order.placed", "order.confirmed", "order.shipped"],
        Order::Cancelled(_) => &["order.placed", "order.cancelled"],
        _ => &[],
    };
    for name in wanted {
        holds(said(name), || {
            format!("order {order}: {name} was never said")
        })?;
    }
    holds(
        !(said("order.cancelled") && said("shipment.dispatched")),
        || format!("order {order} was both cancelled and sent"),
    )
}
