//! What became of a trigger's events since the broker was opened, and what waits for its next attempt now.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::journey::Leg;
use crate::status::RetryStatus;

/// So many events that wait for their next attempt are shown, those that are next first.
const SHOWN_MOST: usize = 50;

/// Which event, and where it goes.
pub(super) type Place = (i64, Leg);

/// An event of which an attempt has failed.
#[derive(Debug, Clone)]
pub(super) struct Retrying {
    pub(super) event_id: String,
    pub(super) event_type: String,
    pub(super) key: Option<String>,
    /// Attempts so far.
    pub(super) attempt: u32,
    pub(super) begun: Instant,
    pub(super) next: Instant,
    pub(super) why: String,
}

impl Retrying {
    fn status(&self, leg: Leg) -> RetryStatus {
        RetryStatus {
            event_id: self.event_id.clone(),
            event_type: self.event_type.clone(),
            key: self.key.clone(),
            attempt: self.attempt,
            since: at(self.begun),
            next_at: at(self.next),
            why: self.why.clone(),
            dead_letter: leg == Leg::Bury,
        }
    }
}

/// A moment of the clock that nobody moves, as the time of day.
fn at(moment: Instant) -> DateTime<Utc> {
    let (now, today) = (Instant::now(), Utc::now());
    let delta = |duration| TimeDelta::from_std(duration).unwrap_or_default();
    match moment.checked_duration_since(now) {
        Some(ahead) => today + delta(ahead),
        None => today - delta(now - moment),
    }
}

/// Counts deliveries of one trigger.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    delivered: AtomicU64,
    retried: AtomicU64,
    failed: AtomicU64,
    dead_lettered: AtomicU64,
    lost: AtomicU64,
    last_failure: Mutex<Option<String>>,
    /// No more than are in flight.
    retrying: Mutex<HashMap<Place, Retrying>>,
}

/// The counts at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) delivered: u64,
    pub(crate) retried: u64,
    pub(crate) failed: u64,
    pub(crate) dead_lettered: u64,
    pub(crate) lost: u64,
    pub(crate) last_failure: Option<String>,
    pub(crate) retrying: Vec<RetryStatus>,
}

impl Counters {
    pub(super) fn delivered(&self) {
        self.delivered.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn retried(&self) {
        self.retried.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dead_lettered(&self) {
        self.dead_lettered.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn lost(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn failed(&self, why: &str) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        let mut last = self
            .last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Some(why.to_owned());
    }

    /// An event waits for its next attempt, or is at it, until it has arrived.
    pub(super) fn retries(&self, place: Place, retrying: Retrying) {
        self.retrying().insert(place, retrying);
    }

    /// An event has arrived, or nobody tries any more.
    pub(super) fn arrived(&self, place: Place) {
        self.retrying().remove(&place);
    }

    pub(crate) fn now(&self) -> Counts {
        let last = self
            .last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Counts {
            delivered: self.delivered.load(Ordering::Relaxed),
            retried: self.retried.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            dead_lettered: self.dead_lettered.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            last_failure: last.clone(),
            retrying: self.next_attempts(),
        }
    }

    fn next_attempts(&self) -> Vec<RetryStatus> {
        let retrying = self.retrying();
        let mut all: Vec<_> = retrying.iter().collect();
        all.sort_unstable_by_key(|(_, one)| one.next);
        let shown = all.into_iter().take(SHOWN_MOST);
        shown.map(|((_, leg), one)| one.status(*leg)).collect()
    }

    fn retrying(&self) -> MutexGuard<'_, HashMap<Place, Retrying>> {
        self.retrying.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
