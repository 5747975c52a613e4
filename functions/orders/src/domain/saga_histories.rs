//! Every history that an order can have, for the tests of the saga.

use std::collections::HashSet;

use super::*;

/// Longer than everything that can be said of one order, each once.
const SAID_MAX: usize = 12;

/// Where a history has led, and what was said on the way.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Told {
    pub(super) state: State,
    pub(super) said: Vec<Announcement>,
    /// Whether a shipment was booked: then nobody says any more that none was.
    booked: bool,
}

impl Told {
    pub(super) fn nothing() -> Self {
        Self {
            state: State::AwaitingStock,
            said: Vec::new(),
            booked: false,
        }
    }

    pub(super) fn then(&self, fact: Fact) -> Self {
        let mut next = self.clone();
        if self.booked && fact == Fact::BookingWindowClosed {
            return next;
        }
        match step(self.state, fact) {
            Verdict::Moved(state, announcement) => {
                next.state = state;
                next.said.push(announcement);
            }
            Verdict::Resumed(state) => next.state = state,
            Verdict::Absorbed => {}
            Verdict::Refused(_) => return next,
        }
        next.booked |= fact == Fact::ShipmentBooked;
        next
    }

    pub(super) fn count(&self, wanted: impl Fn(&Announcement) -> bool) -> usize {
        self.said.iter().filter(|said| wanted(said)).count()
    }

    pub(super) fn has_said(&self, announcement: Announcement) -> bool {
        self.said.contains(&announcement)
    }
}

/// Calls `check` with every step that any history can take: before a fact, the fact, after it. What was said before decides
/// as little as what was heard, so histories that have led to the same place with the same words go on as one.
pub(super) fn every_history(check: &mut impl FnMut(&Told, Fact, &Told)) {
    let (mut seen, mut open) = (HashSet::from([Told::nothing()]), vec![Told::nothing()]);
    while let Some(from) = open.pop() {
        assert!(from.said.len() <= SAID_MAX, "{:?}", from.said);
        for fact in Fact::ALL {
            let next = from.then(fact);
            check(&from, fact, &next);
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    assert!(seen.len() > 50, "only {} places were seen", seen.len());
}

pub(super) fn told(facts: &[Fact]) -> Told {
    facts
        .iter()
        .fold(Told::nothing(), |told, fact| told.then(*fact))
}

/// Heap's algorithm.
pub(super) fn permutations(facts: &[Fact], check: &mut impl FnMut(&[Fact])) {
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
