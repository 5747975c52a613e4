//! The life of a shipment: `(state, fact) -> verdict`, for facts in any order, late, and more than once.

use schemars::JsonSchema;
use thiserror::Error;

/// Where a shipment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", rename = "ShipmentStatus")]
pub enum State {
    /// It waits to be packed.
    Booked,
    /// It has left the house.
    Dispatched,
    /// It has arrived.
    Delivered,
    /// It will not be packed.
    Cancelled,
}

/// What can happen to a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The order was given up.
    OrderCancelled,
    /// Somebody has handed it to a carrier.
    HandedOver,
    /// It is with the customer.
    Arrived,
}

/// What becomes of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The shipment is in another state now.
    Moved(State),
    /// It was known, or something stronger has overtaken it.
    Absorbed,
    /// It cannot be true of this shipment.
    Refused(Contradiction),
}

/// A fact that contradicts what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Contradiction {
    /// It is to stay in the house.
    #[error("it was cancelled")]
    Cancelled,
    /// It cannot have arrived.
    #[error("it was not dispatched yet")]
    NotDispatched,
    /// It cannot leave twice.
    #[error("it has left already, as another parcel")]
    AnotherParcel,
}

impl State {
    /// All there are.
    pub const ALL: [Self; 4] = [
        Self::Booked,
        Self::Dispatched,
        Self::Delivered,
        Self::Cancelled,
    ];

    /// Whether nothing more will happen to the shipment.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Delivered | Self::Cancelled)
    }

    /// Its name, in the store and for clients.
    pub fn name(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Dispatched => "dispatched",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What a fact does to a shipment. Every pair is spelled out, so that a new state or fact does not compile until it is decided.
pub fn step(state: State, fact: Fact) -> Verdict {
    use {Fact::*, State::*, Verdict::*};
    match (state, fact) {
        (Booked, OrderCancelled) => Moved(Cancelled),
        (Booked, HandedOver) => Moved(Dispatched),
        (Dispatched, Arrived) => Moved(Delivered),

        // A parcel on its way is not called back from here: orders hears that it has left, and sees that it should not have.
        (Dispatched | Delivered | Cancelled, OrderCancelled)
        | (Dispatched | Delivered, HandedOver)
        | (Delivered, Arrived) => Absorbed,

        (Booked, Arrived) => Refused(Contradiction::NotDispatched),
        (Cancelled, HandedOver | Arrived) => Refused(Contradiction::Cancelled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: [Fact; 3] = [Fact::OrderCancelled, Fact::HandedOver, Fact::Arrived];
    const LENGTH_MAX: u32 = 6;

    /// The states that a shipment goes through when it hears these facts.
    fn walk(facts: &[Fact]) -> Vec<State> {
        let mut states = vec![State::Booked];
        for fact in facts {
            if let Verdict::Moved(state) = step(states[states.len() - 1], *fact) {
                states.push(state);
            }
        }
        states
    }

    /// Every sequence of facts up to some length.
    fn every_history() -> impl Iterator<Item = Vec<Fact>> {
        (0..=LENGTH_MAX).flat_map(|length| {
            (0..3_usize.pow(length)).map(move |n| {
                let digit = |place| FACTS[n / 3_usize.pow(place) % 3];
                (0..length).map(digit).collect()
            })
        })
    }

    #[test]
    fn whatever_is_heard_a_shipment_takes_one_of_two_ways_and_never_turns_back() {
        let (kept, sent) = (
            [State::Booked, State::Cancelled],
            [State::Booked, State::Dispatched, State::Delivered],
        );
        for facts in every_history() {
            let states = walk(&facts);
            assert!(
                kept.starts_with(&states) || sent.starts_with(&states),
                "{facts:?} led through {states:?}"
            );
        }
    }

    #[test]
    fn a_fact_that_comes_again_at_once_changes_nothing() {
        for (facts, last) in
            every_history().flat_map(|facts| FACTS.map(|last| (facts.clone(), last)))
        {
            let (once, twice) = (
                [&facts[..], &[last]].concat(),
                [&facts[..], &[last; 2]].concat(),
            );
            assert_eq!(walk(&once), walk(&twice), "{facts:?} and then {last:?}");
        }
    }

    #[test]
    fn what_has_left_is_not_cancelled_and_what_was_cancelled_does_not_leave() {
        assert_eq!(
            walk(&[Fact::HandedOver, Fact::OrderCancelled]),
            [State::Booked, State::Dispatched]
        );
        assert_eq!(
            step(State::Cancelled, Fact::HandedOver),
            Verdict::Refused(Contradiction::Cancelled)
        );
    }

    #[test]
    fn a_state_keeps_its_name() {
        for state in State::ALL {
            assert_eq!(State::named(state.name()), Some(state));
        }
        assert_eq!(State::named("lost"), None);
    }
}
