//! Standing, driven through every short history there is.

use super::*;

/// What can come next: a fact of the order, or the provider's answer to what is due.
#[derive(Clone, Copy, Debug)]
enum Next {
    Heard(Fact),
    Answered { done: bool },
}

const NEXT: [Next; 4] = [
    Next::Heard(Fact::ShipmentDispatched),
    Next::Heard(Fact::OrderCancelled),
    Next::Answered { done: true },
    Next::Answered { done: false },
];
const LENGTH_MAX: usize = 8;

fn after(standing: Standing, next: Next) -> Standing {
    match (next, standing.due()) {
        (Next::Heard(fact), _) => standing.hear(fact).unwrap_or(standing),
        (Next::Answered { done }, Some(kind)) => standing.conclude(kind, done, true),
        (Next::Answered { .. }, None) => standing,
    }
}

/// Calls `check` with every history: before a step, the step, after it.
fn every_history(check: &mut impl FnMut(Standing, Next, Standing)) {
    fn go_on(from: Standing, length: usize, check: &mut impl FnMut(Standing, Next, Standing)) {
        for next in NEXT.into_iter().filter(|_| length > 0) {
            let to = after(from, next);
            check(from, next, to);
            go_on(to, length - 1, check);
        }
    }
    go_on(Standing::new(), LENGTH_MAX, check);
}

#[test]
fn a_cancelled_order_ends_without_the_customers_money_whatever_came_before() {
    every_history(&mut |_, _, standing| {
        let mut end = after(standing, Next::Heard(Fact::OrderCancelled));
        while end.due().is_some() {
            end = after(end, Next::Answered { done: true });
        }
        assert!(
            matches!(end.state, State::Declined | State::Voided | State::Refunded),
            "{standing:?} ended as {end:?}"
        );
    });
}

#[test]
fn money_is_taken_only_for_a_parcel_that_has_left() {
    every_history(&mut |before, _, after| {
        if before.state == State::Authorized && after.state == State::Captured {
            assert_eq!(before.wanted, Wanted::Take);
        }
    });
}

#[test]
fn a_fact_heard_again_changes_nothing() {
    every_history(&mut |_, next, standing| {
        if let Next::Heard(_) = next {
            assert_eq!(after(standing, next), standing, "{next:?} twice");
        }
    });
}

#[test]
fn an_end_is_never_left() {
    every_history(&mut |before, next, after| {
        let ended = [State::Declined, State::Voided, State::Refunded];
        if ended.contains(&before.state) {
            assert_eq!(after.state, before.state, "{next:?}");
            assert_eq!(after.due(), None);
        }
    });
}

#[test]
fn a_parcel_without_money_is_a_contradiction() {
    let at = |state, wanted| Standing { state, wanted }.hear(Fact::ShipmentDispatched);
    assert_eq!(
        at(State::Pending, Wanted::Hold),
        Err(Contradiction::NotHeld)
    );
    assert_eq!(
        at(State::Declined, Wanted::LetGo),
        Err(Contradiction::NotHeld)
    );
    assert_eq!(
        at(State::Authorized, Wanted::LetGo),
        Err(Contradiction::LetGo)
    );
    assert_eq!(at(State::Voided, Wanted::LetGo), Err(Contradiction::LetGo));
}

#[test]
fn names_are_kept() {
    every_history(&mut |_, _, standing| {
        assert_eq!(State::named(standing.state.name()), Some(standing.state));
        assert_eq!(Wanted::named(standing.wanted.name()), Some(standing.wanted));
    });
}
