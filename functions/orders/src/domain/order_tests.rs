//! What an order makes of news.

use souk_contracts::{CancelReason, CancellationReason, Currency};

use super::*;

pub(crate) fn order() -> Order {
    let price = Money::new(1250, Currency::EUR);
    let line = PricedLine {
        sku: "MUG-BLUE".into(),
        name: "Blue mug".into(),
        quantity: 2,
        unit_price: price,
    };
    let shipping_address = Address {
        name: "Ada".into(),
        line1: "1 Main Street".into(),
        line2: None,
        postal_code: "10115".into(),
        city: "Berlin".into(),
        country: "DE".into(),
    };
    let purchase = Purchase {
        account_id: Uuid::from_u128(7),
        email: "ada@souk.example".into(),
        lines: vec![line],
        total: Money::new(2500, Currency::EUR),
        payment_method: "pm_card_visa".into(),
        shipping_address,
    };
    Order::placed(Uuid::from_u128(1), purchase, DateTime::UNIX_EPOCH)
}

fn parcel() -> Parcel {
    Parcel {
        carrier: "dhl".into(),
        tracking_number: "T1".into(),
    }
}

fn later(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn confirmed() -> Order {
    let mut order = order();
    for fact in [Fact::StockReserved, Fact::PaymentAuthorized] {
        order.hear(News::of(fact), later(1)).unwrap();
    }
    order
}

#[test]
fn a_cancelled_order_keeps_the_words_of_the_fact_that_cancelled_it_and_of_no_other() {
    let mut order = order();
    let heard = order.hear(
        News::of(Fact::StockRejected).because("MUG-BLUE: 2 ordered, 1 left"),
        later(5),
    );
    assert_eq!(
        heard,
        Ok(Heard::Moved(Announcement::Cancelled(
            CancelReason::OutOfStock
        )))
    );
    let again = order.hear(
        News::of(Fact::CustomerCancelled).because("changed my mind"),
        later(9),
    );
    assert_eq!(again, Ok(Heard::Nothing));
    assert_eq!(
        order.cancel_detail.as_deref(),
        Some("MUG-BLUE: 2 ordered, 1 left")
    );
    assert_eq!(order.updated_at, later(5));
}

#[test]
fn a_parcel_heard_of_after_its_delivery_is_still_noted_once() {
    let mut order = confirmed();
    let delivered = order.hear(News::of(Fact::ShipmentDelivered), later(2));
    assert_eq!(delivered, Ok(Heard::Moved(Announcement::Delivered)));
    let dispatched = News::of(Fact::ShipmentDispatched).by(parcel());
    assert_eq!(order.hear(dispatched.clone(), later(3)), Ok(Heard::Noted));
    assert_eq!(order.hear(dispatched, later(4)), Ok(Heard::Nothing));
    assert_eq!(order.parcel, Some(parcel()));
}

#[test]
fn a_contradiction_leaves_the_order_as_it_was() {
    let mut order = order();
    let before = order.clone();
    let refused = order.hear(News::of(Fact::ShipmentDispatched).by(parcel()), later(8));
    assert_eq!(refused, Err(Contradiction::NotConfirmed));
    assert_eq!(order, before);
}

#[test]
fn a_booking_is_noted_once_and_nobody_asks_why_there_is_none() {
    let mut order = confirmed();
    let booked = || News::of(Fact::ShipmentBooked);
    assert_eq!(order.hear(booked(), later(2)), Ok(Heard::Noted));
    assert_eq!(order.hear(booked(), later(3)), Ok(Heard::Nothing));
    assert_eq!(order.notes.booked_at, Some(later(2)));
    assert_eq!(order.updated_at, later(1), "clients see nothing of it");
    assert_eq!(order.hear(News::not_booked(), later(9)), Ok(Heard::Nothing));
    assert_eq!(order.state, State::Confirmed);
}

#[test]
fn what_was_missing_is_still_said_when_shipping_has_agreed() {
    let mut order = confirmed();
    let missing = News::of(Fact::StockRejected).because("2 ordered, 1 left");
    order.hear(missing, later(2)).unwrap();
    order
        .hear(News::of(Fact::ShipmentCancelled), later(3))
        .unwrap();
    assert_eq!(order.state, State::Cancelled(CancelReason::OutOfStock));
    assert_eq!(order.cancel_detail.as_deref(), Some("2 ordered, 1 left"));
}

#[test]
fn shipping_is_asked_again_only_while_its_answer_is_missing_for_too_long() {
    let mut order = confirmed();
    assert_eq!(order.ask_again(later(99), later(99)), Heard::Nothing);
    order
        .hear(News::of(Fact::CustomerCancelled), later(2))
        .unwrap();
    assert_eq!(order.ask_again(later(2), later(9)), Heard::Nothing);
    let wish = CancellationReason::RequestedByCustomer;
    let again = Heard::Moved(Announcement::CancellationRequested(wish));
    assert_eq!(order.ask_again(later(3), later(9)), again);
    assert_eq!(order.ask_again(later(3), later(9)), Heard::Nothing);
    assert_eq!(order.notes.cancellation.unwrap().requested_at, later(2));
}
