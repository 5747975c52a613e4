//! What was counted while a storm went on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// Counters that everybody adds to.
#[derive(Debug, Default)]
pub struct Counts {
    /// Orders that were accepted: 202, with the id.
    accepted: Mutex<Vec<Uuid>>,
    /// Orders whose story came to its end.
    told: AtomicU64,
    /// What did not go as decided, by what.
    given_up: Mutex<BTreeMap<String, u64>>,
    /// Answers by status; 0 is none.
    answers: Mutex<BTreeMap<u16, u64>>,
    /// Strikes by what they did.
    strikes: Mutex<BTreeMap<String, u64>>,
}

impl Counts {
    pub(crate) fn accept(&self, order_id: Uuid) {
        self.accepted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(order_id);
    }

    pub(crate) fn tell(&self) {
        self.told.fetch_add(1, Relaxed);
    }

    pub(crate) fn give_up(&self, what: &str) {
        *self
            .given_up
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(what.to_owned())
            .or_default() += 1;
    }

    pub(crate) fn answer(&self, status: u16) {
        *self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(status)
            .or_default() += 1;
    }

    /// There was no answer.
    pub(crate) fn nothing<T>(&self) -> Option<T> {
        self.answer(0);
        None
    }

    pub(crate) fn struck(&self, what: &str) {
        *self
            .strikes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(what.to_owned())
            .or_default() += 1;
    }

    /// The orders that were accepted.
    #[must_use]
    pub fn accepted(&self) -> Vec<Uuid> {
        self.accepted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many stories came to their end.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.told.load(Relaxed)
    }

    /// What did not go as decided.
    #[must_use]
    pub fn given_up(&self) -> BTreeMap<String, u64> {
        self.given_up
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Answers by status; 0 is none.
    #[must_use]
    pub fn answers(&self) -> BTreeMap<u16, u64> {
        self.answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Strikes by what they did.
    #[must_use]
    pub fn strikes(&self) -> BTreeMap<String, u64> {
        self.strikes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Processes that were killed or frozen.
    #[must_use]
    pub fn kills(&self) -> u64 {
        let strikes = self.strikes();
        let kills = strikes
            .iter()
            .filter(|(what, _)| what.starts_with("kill") || what.starts_with("freeze"));
        kills.map(|(_, count)| count).sum()
    }
}
