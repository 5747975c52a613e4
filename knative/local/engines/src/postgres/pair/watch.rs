//! How the primary and its replica are to each other, looked at several times a second, and what follows from it.

use sqlx::PgConnection;
use tokio::time::{Duration, Instant};

use super::decision::{Step, decide, is_there};
use super::keeper::Keeper;
use crate::postgres::Postgres;
use crate::postgres::replication::{self, Asked, Seen};
use crate::postgres::servers::Mode;
use crate::postgres::settings::Role;

/// A replica that has not followed for that long is made anew.
pub(super) const FOLLOWS_WITHIN: Duration = Duration::from_secs(15);

impl Keeper {
    /// Writers wait for the replica to have what the primary has.
    pub(super) fn settles(&self) -> bool {
        self.primary.is_some() && self.writers.target().is_none()
    }

    pub(super) async fn look(&mut self) {
        if self.settles() && Instant::now() >= self.settled_by {
            self.leave();
        }
        let asked = match self.watcher().await {
            Ok(primary) => replication::look(primary).await,
            Err(error) => Err(error),
        };
        match asked {
            Ok(seen) => self.act(&seen).await,
            Err(error) => {
                tracing::debug!(%error, "the primary does not say how its replica is");
                self.watcher = None;
            }
        }
    }

    async fn act(&mut self, seen: &Seen) {
        self.seen = Some(*seen);
        match decide(self.mode, self.awaited, seen) {
            Step::Join => self.join(),
            Step::Await(position) => self.awaited = Some(position),
            Step::Trust => self.trust(),
            Step::Leave if !self.settles() => self.leave(),
            Step::Leave | Step::Nothing => (),
        }
        let follower = seen.replica.filter(is_there);
        if self.settles() && follower.is_some_and(|one| one.flushed >= seen.position) {
            self.let_writers_in();
        }
        let readable = follower.and(self.replica.as_ref()).map(Postgres::port);
        self.readers
            .lead_to(readable.filter(|_| self.mode != Mode::Alone));
        if follower.is_some() {
            self.follows_by = Instant::now() + FOLLOWS_WITHIN;
        } else if Instant::now() >= self.follows_by {
            self.give_replica_up().await;
        }
    }

    fn let_writers_in(&self) {
        self.writers
            .lead_to(self.primary.as_ref().map(Postgres::port));
    }

    /// Commits wait for the replica from now on. Nothing is promised yet.
    fn join(&mut self) {
        if self.primary_becomes(true) {
            (self.mode, self.awaited) = (Mode::Joining, None);
        }
    }

    /// The replica has everything: that is written down, and may be relied on after any crash.
    fn trust(&mut self) {
        let recorded = self.servers.record(&self.setup.data_dir, Mode::Synchronous);
        match recorded {
            Ok(()) => {
                self.mode = Mode::Synchronous;
                tracing::info!("PostgreSQL's replica has everything; commits wait for it");
            }
            Err(error) => tracing::error!(%error, "the replica is not relied on"),
        }
    }

    /// Commits do not wait for the replica any more. Written down first: once one is acknowledged, the replica lacks it.
    pub(super) fn leave(&mut self) {
        if self.mode != Mode::Alone {
            if let Err(error) = self.servers.record(&self.setup.data_dir, Mode::Alone) {
                tracing::error!(%error, "commits go on waiting for the replica");
                return;
            }
            if !self.primary_becomes(false) {
                return;
            }
            (self.mode, self.awaited) = (Mode::Alone, None);
            tracing::warn!("PostgreSQL's replica is away; commits do not wait for it");
        }
        self.readers.lead_to(None);
        self.let_writers_in();
    }

    fn primary_becomes(&self, synchronous: bool) -> bool {
        let Some(primary) = &self.primary else {
            return false;
        };
        match primary.becomes(&Role::Primary { synchronous }) {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "PostgreSQL's settings stay as they are");
                false
            }
        }
    }

    async fn give_replica_up(&mut self) {
        if let Some(replica) = self.replica.take() {
            tracing::warn!("the replica does not follow; making it anew");
            replica.stop().await;
            self.anew = true;
            self.next_try = Instant::now();
        }
    }

    pub(super) async fn watcher(&mut self) -> Asked<&mut PgConnection> {
        if self.watcher.is_none() {
            let Some(primary) = &self.primary else {
                return Err(sqlx::Error::PoolClosed);
            };
            self.watcher = Some(replication::connect(&primary.superuser()).await?);
        }
        self.watcher.as_mut().ok_or(sqlx::Error::PoolClosed)
    }
}
