//! The saga, driven through every short history there is.

use super::*;

const FACTS: [Fact; 8] = [
    Fact::StockReserved,
    Fact::StockRejected,
    Fact::PaymentAuthorized,
    Fact::PaymentDeclined,
    Fact::PaymentWindowClosed,
    Fact::CustomerCancelled,
    Fact::ShipmentDispatched,
    Fact::ShipmentDelivered,
];
/// Eight facts in every order, with repetitions: 8 + 8^2 + ... + 8^6 histories.
const LENGTH_MAX: usize = 6;

/// Where a history has led, and what was said on the way.
#[derive(Clone)]
struct Told {
    state: State,
    said: Vec<Announcement>,
}

impl Told {
    fn nothing() -> Self {
        Self {
            state: State::AwaitingStock,
            said: Vec::new(),
        }
    }

    fn then(&self, fact: Fact) -> Self {
        let mut next = self.clone();
        if let Verdict::Moved(state, announcement) = step(self.state, fact) {
            next.state = state;
            next.said.push(announcement);
        }
        next
    }

    fn count(&self, wanted: impl Fn(&Announcement) -> bool) -> usize {
        self.said.iter().filter(|said| wanted(said)).count()
    }

    fn has_said(&self, announcement: Announcement) -> bool {
        self.said.contains(&announcement)
    }
}

/// Calls `check` with every history: before a fact, the fact, after it.
fn every_history(check: &mut impl FnMut(&Told, Fact, &Told)) {
    fn go_on(from: &Told, length: usize, check: &mut impl FnMut(&Told, Fact, &Told)) {
        for fact in FACTS.into_iter().filter(|_| length > 0) {
            let next = from.then(fact);
            check(from, fact, &next);
            go_on(&next, length - 1, check);
        }
    }
    go_on(&Told::nothing(), LENGTH_MAX, check);
}

fn told(facts: &[Fact]) -> Told {
    facts
        .iter()
        .fold(Told::nothing(), |told, fact| told.then(*fact))
}

fn is_cancelled(announcement: &Announcement) -> bool {
    matches!(announcement, Announcement::Cancelled(_))
}

/// How far along an order is; it never goes back.
fn rank(state: State) -> u32 {
    match state {
        State::AwaitingStock => 0,
        State::AwaitingPayment => 1,
        State::Confirmed => 2,
        State::Shipped => 3,
        State::Delivered => 4,
        State::Cancelled(_) => 5,
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
            Some(Announcement::Shipped | Announcement::Delivered) => {
                assert!(before.has_said(Announcement::Confirmed));
            }
            _ => {}
        }
    });
}

#[test]
fn an_order_never_goes_back_and_never_leaves_an_end() {
    every_history(&mut |before, fact, after| {
        assert!(
            rank(after.state) >= rank(before.state),
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
fn an_order_moves_if_and_only_if_something_is_said() {
    every_history(&mut |before, fact, after| {
        let moved = before.state != after.state;
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

#[test]
fn stock_that_was_given_away_cancels_even_a_confirmed_order() {
    let order = told(&[
        Fact::StockReserved,
        Fact::PaymentAuthorized,
        Fact::StockRejected,
    ]);
    assert_eq!(order.state, State::Cancelled(CancelReason::OutOfStock));
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
        let reason = match told.state {
            State::Cancelled(reason) => reason_named(reason_text(reason)),
            _ => None,
        };
        assert_eq!(State::named(told.state.name(), reason), Some(told.state));
    });
    assert_eq!(State::named("cancelled", None), None);
}

/// Heap's algorithm.
fn permutations(facts: &[Fact], check: &mut impl FnMut(&[Fact])) {
    fn arrange(facts: &mut [Fact], length: usize, check: &mut impl FnMut(&[Fact])) {
        if length <= 1 {
            return check(facts);
        }
        for at in 0..length {
            arrange(facts, length - 1, check);
            facts.swap(if length.is_multiple_of(2) { at } else { 0 }, length - 1);
        }
    }
    let mut facts = facts.to_vec();
    let length = facts.len();
    arrange(&mut facts, length, check);
}
