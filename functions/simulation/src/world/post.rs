//! What every function has: an outbox that keeps what was committed, an inbox that knows what was heard, ids and the time.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::event::{Event, What};

/// What is handed in to whoever decides: time and ids.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// The time. All functions have the same.
    pub(crate) now: DateTime<Utc>,
    /// Whether inboxes are used.
    pub(crate) inboxes: bool,
    events: u32,
    ids: u128,
}

/// What is committed with the state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Post {
    /// Committed and not sent yet, oldest first.
    pub(crate) outbox: VecDeque<Event>,
    inbox: HashSet<u32>,
}

/// What a function answers the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Done, or done before: 202.
    Done,
    /// Later: 503.
    Later,
    /// Never: 400, and a dead letter.
    Never(String),
    /// It is not known yet: somebody else is being asked.
    Asking,
}

impl Moment {
    /// The beginning.
    pub(crate) fn start(inboxes: bool) -> Self {
        Self {
            now: DateTime::UNIX_EPOCH,
            inboxes,
            events: 0,
            ids: 0,
        }
    }

    /// A new id.
    pub(crate) fn id(&mut self) -> Uuid {
        self.ids += 1;
        // Far from the ids of orders.
        Uuid::from_u128((1 << 64) + self.ids)
    }
}

impl Post {
    /// Says something, with the commit.
    pub(crate) fn emit(&mut self, moment: &mut Moment, what: What, order: usize) {
        moment.events += 1;
        self.outbox.push_back(Event {
            id: moment.events,
            what,
            order,
            at: moment.now,
        });
    }

    /// Whether the inbox knows an event.
    pub(crate) fn knows(&self, moment: &Moment, event: &Event) -> bool {
        moment.inboxes && self.inbox.contains(&event.id)
    }

    /// Notes an event, with the commit.
    pub(crate) fn note(&mut self, moment: &Moment, event: &Event) {
        if moment.inboxes {
            self.inbox.insert(event.id);
        }
    }
}

/// The id of an order.
pub(crate) fn order_id(order: usize) -> Uuid {
    Uuid::from_u128(order as u128 + 1)
}
