//! What goes wrong on purpose: deliveries that come twice and late, and a disk that is full. Nothing, unless somebody asks for it.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A delivery is held back so long at most: longer than any trigger's retries would be no test of them.
const DELAY_MS_MAX: u64 = 60_000;

/// How deliveries go wrong. The same seed and the same events give the same copies and delays.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFaults {
    /// The probability that an event is sent to a subscriber twice, 0 to 1.
    #[serde(default)]
    pub duplicate: f64,
    /// Each copy is held back between nothing and so many milliseconds, so that events overtake each other. At most 60,000.
    #[serde(default)]
    pub delay_ms: u64,
    /// Where chance begins.
    #[serde(default = "first_seed")]
    pub seed: u64,
}

fn first_seed() -> u64 {
    1
}

impl DeliveryFaults {
    /// Whether they can be had.
    ///
    /// # Errors
    ///
    /// A sentence about what cannot.
    pub fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.duplicate) {
            return Err(format!(
                "duplicate is a probability from 0 to 1, not {}",
                self.duplicate
            ));
        }
        if self.delay_ms > DELAY_MS_MAX {
            return Err(format!(
                "delay_ms is {DELAY_MS_MAX} at most, not {}",
                self.delay_ms
            ));
        }
        Ok(())
    }

    /// How long each copy of an event is held back: one copy, or two.
    fn copies(&self, trigger: &str, sequence: i64) -> Vec<Duration> {
        let mut chance = Chance::new(self.seed, trigger, sequence);
        let twice = chance.fraction() < self.duplicate;
        let mut delay = || Duration::from_millis(chance.next() % (self.delay_ms + 1));
        let first = delay();
        if twice {
            vec![first, delay()]
        } else {
            vec![first]
        }
    }
}

/// What holds now. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<RwLock<Held>>);

#[derive(Clone, Copy, Default)]
struct Held {
    deliveries: Option<DeliveryFaults>,
    disk_full: bool,
}

impl Faults {
    pub(crate) fn deliveries(&self) -> Option<DeliveryFaults> {
        self.held().deliveries
    }

    pub(crate) fn disk_full(&self) -> bool {
        self.held().disk_full
    }

    pub(crate) fn set_deliveries(&self, deliveries: Option<DeliveryFaults>) {
        self.change(|held| held.deliveries = deliveries);
    }

    pub(crate) fn set_disk_full(&self, full: bool) {
        self.change(|held| held.disk_full = full);
    }

    /// How long each copy of an event is held back; `None` when all is as it should be.
    pub(crate) fn copies(&self, trigger: &str, sequence: i64) -> Option<Vec<Duration>> {
        let faults = self.deliveries()?;
        Some(faults.copies(trigger, sequence))
    }

    fn held(&self) -> Held {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Held)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Numbers that follow from where they began (SplitMix64), so that tasks that run in any order draw the same ones.
struct Chance(u64);

impl Chance {
    fn new(seed: u64, trigger: &str, sequence: i64) -> Self {
        let mut start = Self(seed);
        for part in trigger.bytes().map(u64::from) {
            start.0 = start.next() ^ part;
        }
        start.0 = start.next() ^ sequence.cast_unsigned();
        start
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least 0, less than 1.
    fn fraction(&mut self) -> f64 {
        let bits = u32::try_from(self.next() >> 32).unwrap_or_default();
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: i64 = 10_000;

    fn faults(duplicate: f64, delay_ms: u64, seed: u64) -> DeliveryFaults {
        DeliveryFaults {
            duplicate,
            delay_ms,
            seed,
        }
    }

    #[test]
    fn as_many_events_come_twice_as_was_asked_for() {
        let faults = faults(0.1, 0, 7);
        let twice = (0..EVENTS).filter(|event| faults.copies("orders", *event).len() == 2);
        let share = twice.count();
        assert!((800..1_200).contains(&share), "{share}");
    }

    #[test]
    fn delays_go_up_to_what_was_asked_for_and_differ() {
        let faults = faults(0.0, 500, 7);
        let delays: std::collections::BTreeSet<_> = (0..EVENTS)
            .flat_map(|event| faults.copies("orders", event))
            .collect();
        assert_eq!(delays.len(), 501);
        assert_eq!(delays.last(), Some(&Duration::from_millis(500)));
    }

    #[test]
    fn the_same_seed_gives_the_same_and_another_seed_or_trigger_something_else() {
        let drawn = |seed, trigger: &str| {
            let faults = faults(0.5, 1_000, seed);
            (0..100)
                .map(|event| faults.copies(trigger, event))
                .collect::<Vec<_>>()
        };
        assert_eq!(drawn(1, "orders"), drawn(1, "orders"));
        assert_ne!(drawn(1, "orders"), drawn(2, "orders"));
        assert_ne!(drawn(1, "orders"), drawn(1, "payments"));
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        for (duplicate, delay_ms) in [(1.1, 0), (-0.1, 0), (f64::NAN, 0), (0.5, 60_001)] {
            assert!(
                faults(duplicate, delay_ms, 1).check().is_err(),
                "{duplicate} {delay_ms}"
            );
        }
        faults(1.0, 60_000, 1).check().unwrap();
    }

    #[test]
    fn nothing_goes_wrong_until_it_is_asked_for() {
        let faults = Faults::default();
        assert_eq!(faults.copies("orders", 1), None);
        assert!(!faults.disk_full());
    }
}
