//! The saga, driven through every history there is.

use super::{
    super::reasons::{reason_named, reason_text},
    histories::{Told, every_history, permutations, told},
    *,
};

fn is_cancelled(announcement: &Announcement) -> bool {
    matches!(announcement, Announcement::Cancelled(_))
}

/// How far along an order is; it never goes back.
fn rank(state: State) -> u32 {
    match state {
        State::AwaitingStock => 0,
        State::AwaitingPayment => 1,
        State::Confirmed => 2,
        State::Cancelling(_) => 3,
        State::Shipped => 4,
        State::Delivered => 5,
        State::Cancelled(_) => 6,
    }
}

#[test]
fn nothing_is_said_twice() {
    every_history(&mut |_, fact, told| {
        for said in &told.said {
            assert_eq!(
                told.count(|other| other == said),
                1,
                "{fact:?} after {:?}",
                told.said
            );
        }
        assert!(told.count(is_cancelled) <= 1, "{:?}", told.said);
    });
}

#[test]
fn nothing_is_said_after_a_cancellation_nor_after_the_delivery() {
    every_history(&mut |_, _, told| {
        let end = told
            .said
            .iter()
            .position(|said| is_cancelled(said) || *said == Announcement::Delivered);
        assert!(
            end.is_none_or(|end| end + 1 == told.said.len()),
            "{:?}",
            told.said
        );
    });
}

#[test]
fn an_order_is_confirmed_only_after_its_payment_was_requested_and_shipped_only_after_it_was_confirmed()
 {
    every_history(&mut |before, _, after| {
        let new = after.said.get(before.said.len());
        match new {
            Some(Announcement::Confirmed) => {
                assert!(before.has_said(Announcement::PaymentRequested))
            }
            Some(
                Announcement::Shipped
                | Announcement::Delivered
                | Announcement::CancellationRequested(_),
            ) => {
                assert!(before.has_said(Announcement::Confirmed));
            }
            _ => {}
        }
    });
}

#[test]
fn an_order_never_leaves_an_end_and_goes_back_only_when_a_missed_booking_is_heard_of() {
    let missed = State::Cancelling(CancellationReason::NotFulfilled);
    every_history(&mut |before, fact, after| {
        let booked_after_all = (before.state, fact) == (missed, Fact::ShipmentBooked);
        assert!(
            booked_after_all || rank(after.state) >= rank(before.state),
            "{fact:?} led from {:?} to {:?}",
            before.state,
            after.state
        );
        if matches!(before.state, State::Delivered | State::Cancelled(_)) {
            assert_eq!(
                after.state, before.state,
                "{fact:?} moved an order that had ended"
            );
        }
    });
}

#[test]
fn what_has_left_the_house_is_never_cancelled() {
    every_history(&mut |before, fact, after| {
        if matches!(before.state, State::Shipped | State::Delivered) {
            assert!(
                !matches!(after.state, State::Cancelled(_)),
                "{fact:?} cancelled a parcel on its way"
            );
        }
    });
}

#[test]
fn a_fact_told_again_changes_nothing() {
    every_history(&mut |_, fact, after| {
        let again = after.then(fact);
        assert_eq!(
            (again.state, &again.said),
            (after.state, &after.said),
            "{fact:?} twice"
        );
    });
}

#[test]
fn an_order_moves_if_and_only_if_something_is_said_or_a_missed_booking_is_heard_of() {
    let missed = State::Cancelling(CancellationReason::NotFulfilled);
    every_history(&mut |before, fact, after| {
        let booked_after_all = (before.state, fact) == (missed, Fact::ShipmentBooked);
        let moved = before.state != after.state && !booked_after_all;
        assert_eq!(
            moved,
            before.said.len() < after.said.len(),
            "{fact:?} at {:?}",
            before.state
        );
    });
}

/// The facts of an order where all goes well, delivered in any order and again until each was taken.
#[test]
fn an_order_where_all_goes_well_is_delivered_whatever_the_order_of_the_news() {
    let good = [
        Fact::StockReserved,
        Fact::PaymentAuthorized,
        Fact::ShipmentDispatched,
        Fact::ShipmentDelivered,
    ];
    permutations(&good, &mut |news| {
        let mut told = Told::nothing();
        // A refused fact is told again later: four rounds are enough for four facts.
        for fact in news.iter().cycle().take(news.len() * news.len()) {
            told = told.then(*fact);
        }
        assert_eq!(told.state, State::Delivered, "{news:?}");
    });
}

#[test]
fn an_order_cancelled_by_its_customer_stays_so_whatever_else_is_heard() {
    let others = [
        Fact::StockReserved,
        Fact::StockRejected,
        Fact::PaymentAuthorized,
        Fact::PaymentDeclined,
    ];
    permutations(&others, &mut |news| {
        let first = told(&[Fact::CustomerCancelled]);
        let after = news.iter().fold(first, |told, fact| told.then(*fact));
        assert_eq!(
            after.state,
            State::Cancelled(CancelReason::RequestedByCustomer),
            "{news:?}"
        );
        assert_eq!(after.said.len(), 1, "{:?}", after.said);
    });
}

/// Confirmed, and then these.
fn confirmed_and(facts: &[Fact]) -> State {
    let before = [Fact::StockReserved, Fact::PaymentAuthorized];
    told(&[&before[..], facts].concat()).state
}

#[test]
fn a_confirmed_order_is_cancelled_only_when_shipping_agrees_and_for_the_reason_it_was_asked_for() {
    use CancellationReason as Why;
    let wishes = [
        (
            Fact::CustomerCancelled,
            Why::RequestedByCustomer,
            CancelReason::RequestedByCustomer,
        ),
        (
            Fact::StockRejected,
            Why::OutOfStock,
            CancelReason::OutOfStock,
        ),
        (
            Fact::BookingWindowClosed,
            Why::NotFulfilled,
            CancelReason::OutOfStock,
        ),
    ];
    for (wish, why, reason) in wishes {
        assert_eq!(confirmed_and(&[wish]), State::Cancelling(why));
        let agreed = confirmed_and(&[wish, Fact::ShipmentCancelled]);
        assert_eq!(agreed, State::Cancelled(reason));
        assert_eq!(
            confirmed_and(&[wish, Fact::ShipmentDispatched]),
            State::Shipped
        );
        let arrived = confirmed_and(&[wish, Fact::ShipmentDelivered, Fact::ShipmentDispatched]);
        assert_eq!(arrived, State::Delivered, "{wish:?}");
    }
}

#[test]
fn nothing_that_may_still_leave_is_announced_as_cancelled() {
    every_history(&mut |before, fact, after| {
        let cancelled = after.count(is_cancelled) > before.count(is_cancelled);
        let confirmed = before.has_said(Announcement::Confirmed);
        assert!(
            !cancelled || !confirmed || fact == Fact::ShipmentCancelled,
            "{fact:?} after {:?}",
            before.said
        );
    });
}

#[test]
fn a_customers_wish_outlives_a_booking_that_is_heard_of_late() {
    use Fact::*;
    let wished = confirmed_and(&[BookingWindowClosed, CustomerCancelled, ShipmentBooked]);
    assert_eq!(
        wished,
        State::Cancelling(CancellationReason::RequestedByCustomer)
    );
    let unbooked = confirmed_and(&[BookingWindowClosed, ShipmentBooked]);
    assert_eq!(unbooked, State::Confirmed, "it is packed after all");
}

#[test]
fn contradictions_are_refused_and_say_why() {
    let cancelled = told(&[Fact::StockReserved, Fact::PaymentDeclined]).state;
    let shipped = told(&[
        Fact::StockReserved,
        Fact::PaymentAuthorized,
        Fact::ShipmentDispatched,
    ])
    .state;
    let table = [
        (
            State::AwaitingStock,
            Fact::PaymentAuthorized,
            Contradiction::NotRequested,
        ),
        (
            State::AwaitingPayment,
            Fact::ShipmentDispatched,
            Contradiction::NotConfirmed,
        ),
        (
            State::Confirmed,
            Fact::PaymentDeclined,
            Contradiction::AlreadyAuthorized,
        ),
        (
            cancelled,
            Fact::ShipmentDispatched,
            Contradiction::LeftThoughCancelled,
        ),
        (shipped, Fact::CustomerCancelled, Contradiction::OnItsWay),
        (
            shipped,
            Fact::ShipmentCancelled,
            Contradiction::CancelledThoughLeft,
        ),
        (
            State::Delivered,
            Fact::CustomerCancelled,
            Contradiction::Arrived,
        ),
    ];
    for (state, fact, why) in table {
        assert_eq!(
            step(state, fact),
            Verdict::Refused(why),
            "{fact:?} at {state:?}"
        );
    }
}

#[test]
fn a_state_keeps_its_name() {
    every_history(&mut |_, _, told| {
        let (reason, wanted) = match told.state {
            State::Cancelled(reason) => (reason_named(reason_text(reason)), None),
            State::Cancelling(wanted) => (None, Some(wanted)),
            _ => (None, None),
        };
        let named = State::named(told.state.name(), reason, wanted);
        assert_eq!(named, Some(told.state));
    });
    assert_eq!(State::named("cancelled", None, None), None);
    let too_late = Some(CancellationReason::RequestedByCustomer);
    assert_eq!(
        State::named("shipped", None, too_late),
        Some(State::Shipped)
    );
}
