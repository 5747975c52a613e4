//! The outbox of a function that keeps its things in PostgreSQL: transactions begin here.

use std::sync::Arc;

use sqlx::{PgPool, Postgres, pool::PoolConnection};
use uuid::Uuid;

use super::{Tx, backlog::PostgresBacklog, replica::Replica};
use crate::{Clock, Delivery, Ids, Relay, Sink};

/// Begins transactions whose events are sent once they are committed. Clones share one relay.
#[derive(Clone)]
pub struct Outbox {
    pool: PgPool,
    replica: Option<Replica>,
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
            replica: None,
            clock,
            ids,
        }
    }

    /// Lets lists be read in a replica, if there is one; see [`crate::postgres::replica_settings`].
    pub fn with_replica(mut self, replica: Option<PgPool>) -> Self {
        self.replica = replica.map(Replica::new);
        self
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

    /// A connection to read lists on for somebody, or for anybody: to the replica if there is one that answers and shows
    /// what `reader` has written last, else to the database itself.
    pub async fn read_as(
        &self,
        reader: Option<Uuid>,
    ) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        match &self.replica {
            Some(replica) => replica.or(&self.pool, reader).await,
            None => self.pool.acquire().await,
        }
    }

    /// The pool, for reading outside a transaction what must not be behind.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The clock that its transactions go by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn has_replica(&self) -> bool {
        self.replica.is_some()
    }

    pub(crate) fn ids(&self) -> &Ids {
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
