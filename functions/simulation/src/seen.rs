//! Which pairs of the orders' table, state and fact, have happened.

use orders::domain::{Fact, State, Verdict, step};
use souk_contracts::{CancelReason, CancellationReason};

/// One of each state that the table tells apart.
const STATES: [State; 9] = [
    State::AwaitingStock,
    State::AwaitingPayment,
    State::Confirmed,
    State::Cancelling(CancellationReason::RequestedByCustomer),
    State::Cancelling(CancellationReason::OutOfStock),
    State::Cancelling(CancellationReason::NotFulfilled),
    State::Shipped,
    State::Delivered,
    State::Cancelled(CancelReason::RequestedByCustomer),
];

/// A set of pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen(u128);

impl Seen {
    /// Notes a pair.
    pub(crate) fn note(&mut self, state: State, fact: Fact) {
        self.0 |= bit(state, fact);
    }

    /// Those of both.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The pairs that the table does not refuse, and that have not happened.
    pub fn missing(self) -> Vec<(State, Fact)> {
        let all = STATES
            .into_iter()
            .flat_map(|state| Fact::ALL.map(|fact| (state, fact)));
        let is_missing = |(state, fact): &(State, Fact)| {
            let is_refused = matches!(step(*state, *fact), Verdict::Refused(_));
            !is_refused && self.0 & bit(*state, *fact) == 0
        };
        all.filter(is_missing).collect()
    }
}

fn bit(state: State, fact: Fact) -> u128 {
    let is_same = |known: &State| match (known, state) {
        (State::Cancelled(_), State::Cancelled(_)) => true,
        (known, state) => *known == state,
    };
    let row = STATES.iter().position(is_same).unwrap_or_default();
    let column = Fact::ALL.iter().position(|known| *known == fact);
    1 << (row * Fact::ALL.len() + column.unwrap_or_default())
}
