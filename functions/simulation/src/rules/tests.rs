//! Each rule finds what is broken by hand.

use orders::domain::State as Order;
use payments::domain::{Outcome, Standing};
use souk_contracts::CancelReason;

use super::*;
use crate::{
    action::Action,
    quiet::bring_to_rest,
    setup::{Basket, Setup},
};

/// A shop at rest with one order that is confirmed, and one that is on its way.
fn shop() -> World {
    let basket = Basket {
        pieces: [1, 1],
        card: Card::Good,
    };
    let mut world = World::new(&Setup {
        inboxes: true,
        stock: [5, 5],
        baskets: vec![basket; 2],
    });
    for action in [Action::Place, Action::Place] {
        assert_eq!(world.perform(action), Ok(true));
    }
    bring_to_rest(&mut world).unwrap();
    assert_eq!(world.perform(Action::Dispatch(1)), Ok(true));
    bring_to_rest(&mut world).unwrap();
    world
}

/// What is said once something was broken.
fn broken(mutilate: impl FnOnce(&mut World)) -> String {
    let mut world = shop();
    mutilate(&mut world);
    let found = always(&world).and_then(|()| quiet(&world));
    found.expect_err("it was not seen").to_string()
}

#[test]
fn a_shop_at_rest_breaks_no_rule() {
    let world = shop();
    assert_eq!(always(&world).and_then(|()| quiet(&world)), Ok(()));
    let states: Vec<Order> = world.orders.rows.iter().map(|row| row.state).collect();
    assert_eq!(states, [Order::Confirmed, Order::Shipped]);
}

#[test]
fn pieces_that_are_promised_to_nobody_or_lost_or_promised_twice_are_found() {
    let level = |world: &mut World, on_hand: i64, reserved: i64| {
        let level = world.inventory.stock.get_mut("MUG").unwrap();
        level.on_hand += on_hand;
        level.reserved += reserved;
    };
    assert!(broken(|world| level(world, 0, 1)).contains("reservations hold 1"));
    assert!(broken(|world| level(world, 1, 0)).contains("booked out"));
    assert!(broken(|world| level(world, -4, 0)).contains("0 on hand, 1 reserved"));
}

#[test]
fn money_that_is_taken_twice_or_for_nothing_or_not_is_found() {
    let twice = broken(|world| {
        let again = world.provider.held[0].clone();
        world.provider.held.push(again);
    });
    assert!(twice.contains("charged twice"), "{twice}");
    let early = broken(|world| world.provider.held[0].captured = 5);
    assert!(early.contains("nothing has left"), "{early}");
    let missing = broken(|world| world.provider.held[1].captured -= 1);
    assert!(missing.contains("was taken, due is"), "{missing}");
    let let_go = broken(|world| world.provider.held[0].status = IntentStatus::Canceled);
    assert!(let_go.contains("nobody holds its money"), "{let_go}");
    let given_back = broken(|world| world.provider.held[1].refunded = 1);
    assert!(given_back.contains("the books say"), "{given_back}");
}

#[test]
fn an_order_that_disagrees_with_its_parcel_or_waits_for_ever_is_found() {
    let cancelled = Order::Cancelled(CancelReason::OutOfStock);
    let sent = broken(|world| world.orders.rows[1].state = cancelled);
    assert!(sent.contains("its parcel has left"), "{sent}");
    let kept = broken(|world| world.orders.rows[0].state = cancelled);
    assert!(kept.contains("for ever"), "{kept}");
    let waits = broken(|world| world.orders.rows[0].state = Order::AwaitingPayment);
    assert!(waits.contains("for ever"), "{waits}");
}

#[test]
fn a_question_that_stays_open_and_a_payment_that_waits_are_found() {
    let open = broken(|world| world.payments.ledger[0].1.outcome = Outcome::Open);
    assert!(open.contains("stays open"), "{open}");
    let pending = broken(|world| {
        if let Some(Known::Requested(payment)) = &mut world.payments.known[0] {
            payment.standing = Standing::new();
        }
    });
    assert!(pending.contains("waits for ever"), "{pending}");
}

#[test]
fn what_is_said_twice_or_never_is_found() {
    let twice = broken(|world| {
        let last = *world.said.last().unwrap();
        let first = world.said.iter().find(|said| said.what.is_said_once());
        let again = first.copied().unwrap_or(last);
        world.said.push(again);
    });
    assert!(twice.contains("was said 2 times"), "{twice}");
    let never = broken(|world| world.said.retain(|said| said.what != What::OrderConfirmed));
    assert!(never.contains("order.confirmed was never said"), "{never}");
}

#[test]
fn a_parcel_that_leaves_unpaid_is_found() {
    let mut world = shop();
    world.provider.held[0].status = IntentStatus::Canceled;
    let broken = world.perform(Action::Dispatch(0)).unwrap_err().to_string();
    assert!(broken.contains("nobody holds its money"), "{broken}");
}
