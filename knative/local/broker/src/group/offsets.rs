//! Which events of a partition are done with.

use std::collections::BTreeSet;

/// Where a group stands in a partition. Events finish in any order; committed is only what has nothing unfinished before it, so
/// that after a kill everything unfinished is delivered again, together with some that was finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offsets {
    next: u64,
    in_flight: BTreeSet<u64>,
}

impl Offsets {
    pub(super) fn starting_at(offset: u64) -> Self {
        Self {
            next: offset,
            in_flight: BTreeSet::new(),
        }
    }

    /// The first offset that was neither started nor passed over.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// The event is being delivered.
    pub(super) fn start(&mut self, offset: u64) {
        self.in_flight.insert(offset);
        self.pass(offset);
    }

    /// The event is not wanted.
    pub(super) fn pass(&mut self, offset: u64) {
        self.next = self.next.max(offset + 1);
    }

    /// The event was delivered, buried or lost.
    pub(super) fn finish(&mut self, offset: u64) {
        self.in_flight.remove(&offset);
    }

    /// Everything before this is done with.
    pub(super) fn committed(&self) -> u64 {
        self.in_flight.first().copied().unwrap_or(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_after_an_unfinished_event_is_committed() {
        let mut offsets = Offsets::starting_at(5);
        assert_eq!(offsets.committed(), 5);
        offsets.start(5);
        offsets.start(6);
        offsets.pass(7);
        offsets.start(8);
        offsets.finish(6);
        offsets.finish(8);
        assert_eq!(
            (offsets.committed(), offsets.next(), offsets.in_flight()),
            (5, 9, 1)
        );
        offsets.finish(5);
        assert_eq!((offsets.committed(), offsets.in_flight()), (9, 0));
    }

    #[test]
    fn events_that_nobody_wants_are_committed_at_once() {
        let mut offsets = Offsets::starting_at(0);
        offsets.pass(0);
        offsets.pass(1);
        assert_eq!(offsets.committed(), 2);
    }
}
