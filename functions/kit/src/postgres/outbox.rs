//! The outbox of a function that keeps its things in PostgreSQL: transactions begin here.

use std::sync::Arc;

use sqlx::PgPool;

use super::{Tx, backlog::PostgresBacklog};
use crate::{Clock, Delivery, Ids, Relay, Sink};

/// Begins transactions whose events are sent once they are committed. Clones share one relay.
#[derive(Clone)]
pub struct Outbox {
    pool: PgPool,
    relay: Relay,
    clock: Clock,
    ids: Ids,
}

impl Outbox {
    /// Starts the relay, which looks soon for what an earlier process left behind.
    pub fn start(pool: PgPool, sink: Sink, clock: Clock, ids: Ids) -> Self {
        let backlog = PostgresBacklog {
            pool: pool.clone(),
            clock: clock.clone(),
        };
        Self {
            relay: Relay::start(Arc::new(backlog), sink),
            pool,
            clock,
            ids,
        }
    }

    /// A transaction.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        Tx::begin(self.clone()).await
    }

    /// A transaction in which `delivery` is handled; none if it was handled before. One round trip.
    pub async fn receive<T>(&self, delivery: &Delivery<T>) -> Result<Option<Tx>, sqlx::Error> {
        Tx::receive(self.clone(), delivery).await
    }

    /// Sends what was left behind.
    pub async fn sweep(&self) -> Result<(), String> {
        self.relay.sweep().await
    }

    /// Done when everything committed so far is sent or given up; for [`crate::Service::drain`].
    pub async fn drained(self) {
        self.relay.drained().await;
    }

    /// The pool, for reading outside a transaction.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The clock that its transactions go by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn ids(&self) -> &Ids {
        &self.ids
    }

    pub(super) fn relay(&self) -> &Relay {
        &self.relay
    }
}

impl From<Outbox> for Relay {
    fn from(outbox: Outbox) -> Self {
        outbox.relay
    }
}
