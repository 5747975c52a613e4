//! The broker: keeps what it was given for each who is to hear it, delivers in any order, more than once, and again when it was
//! told "later", until its tries are over.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    action::Letter,
    event::{Event, Function, What},
};

/// The first and five more, as every Trigger says.
const TRIES: u32 = 6;
/// An answer that takes longer is a failure.
const ANSWERED_WITHIN: TimeDelta = TimeDelta::seconds(30);

/// An event for somebody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    /// By which an answer finds it.
    pub(crate) id: u32,
    /// What is to be heard.
    pub(crate) event: Event,
    /// By whom.
    pub(crate) to: Function,
    /// How often it was answered "later".
    tries: u32,
    /// Not before then.
    not_before: DateTime<Utc>,
    /// Since when somebody is working on it.
    taken_at: Option<DateTime<Utc>>,
}

/// Everything that waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Broker {
    waiting: Vec<Waiting>,
    count: u32,
}

/// Whether there is another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// There is.
    Yes,
    /// All tries are over: it is a dead letter.
    No,
}

impl Broker {
    /// Keeps an event for each who is to hear it.
    pub(crate) fn take(&mut self, event: Event, now: DateTime<Utc>) {
        for to in event.what.consumers() {
            self.count += 1;
            self.waiting.push(Waiting {
                id: self.count,
                event,
                to: *to,
                tries: 0,
                not_before: now,
                taken_at: None,
            });
        }
    }

    /// What can be delivered now.
    pub(crate) fn ready(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Waiting> {
        self.waiting
            .iter()
            .filter(move |waiting| waiting.is_ready(now))
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What a delivery says, if it still waits for its answer.
    pub(crate) fn what(&self, id: u32) -> Option<What> {
        let mut all = self.waiting.iter();
        let found = all.find(|waiting| waiting.id == id);
        found.map(|waiting| waiting.event.what)
    }

    /// Begins to deliver.
    pub(crate) fn begin(&mut self, letter: Letter, now: DateTime<Utc>) -> Option<Waiting> {
        let mut all = self.waiting.iter_mut();
        let found = all.find(|waiting| waiting.is_ready(now) && waiting.letter() == letter)?;
        found.taken_at = Some(now);
        Some(*found)
    }

    /// It was taken.
    pub(crate) fn taken(&mut self, id: u32) {
        self.waiting.retain(|waiting| waiting.id != id);
    }

    /// Nobody has answered; that is not counted, so that many crashes are no dead letter.
    pub(crate) fn unanswered(&mut self, id: u32) {
        for waiting in self.waiting.iter_mut().filter(|waiting| waiting.id == id) {
            waiting.taken_at = None;
        }
    }

    /// "Later" was answered.
    pub(crate) fn later(&mut self, id: u32, now: DateTime<Utc>) -> Again {
        let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.id == id) else {
            return Again::Yes;
        };
        waiting.tries += 1;
        waiting.taken_at = None;
        if waiting.tries == TRIES {
            self.taken(id);
            return Again::No;
        }
        // 1, 2, 4, 8, 16 seconds.
        waiting.not_before = now + TimeDelta::seconds(1 << (waiting.tries - 1));
        Again::Yes
    }
}

impl Waiting {
    /// Its name.
    pub(crate) fn letter(&self) -> Letter {
        Letter {
            name: self.event.what.name(),
            order: self.event.order,
            to: self.to,
        }
    }

    fn is_ready(&self, now: DateTime<Utc>) -> bool {
        let is_taken = self
            .taken_at
            .is_some_and(|taken_at| now - taken_at < ANSWERED_WITHIN);
        now >= self.not_before && !is_taken
    }
}
