//! The replica leads: the primary is ended for good first, so that two servers never take writes.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::keeper::Keeper;
use crate::EngineError;
use crate::postgres::cluster::Cluster;
use crate::postgres::replication::{self, written};
use crate::postgres::servers::{Mode, Server, Servers};
use crate::postgres::settings::Role;
use crate::postgres::{Postgres, leftover};

/// What a promotion did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// The server that leads now.
    pub leads: Server,
    /// The server that has led.
    pub ended: Server,
    /// Whether that one still ran; it was stopped then.
    pub was_running: bool,
    /// The new primary has everything that was ever acknowledged.
    pub complete: bool,
    /// Since when the mode was what it was.
    pub since: DateTime<Utc>,
    /// How far the new primary's log goes, such as `0/3000060`; `None`: it was not running.
    pub position: Option<String>,
    /// How much of the log the old primary had more when it was last looked at, in bytes; `None`: nothing that counts, or unknown.
    pub missing_bytes: Option<i64>,
    /// Where the old primary's files are kept, if it may have something that the new one lacks.
    pub set_aside: Option<PathBuf>,
    /// From the order to the end.
    pub milliseconds: u64,
}

impl Keeper {
    /// Ends the primary and lets the replica lead. What is refused changes nothing.
    pub(super) async fn promote(&mut self, force: bool) -> Result<Promotion, EngineError> {
        let started = Instant::now();
        // Whatever was asked when this came in is not waited for any more.
        self.watcher = None;
        let before = self.servers;
        let complete = self.mode == Mode::Synchronous;
        check(complete, force)?;
        let running = self.replica.as_ref().filter(|one| !one.has_ended());
        let replica = running.ok_or_else(no_replica)?;
        let mut connection = replication::connect(&replica.superuser())
            .await
            .map_err(|error| silent(&error))?;
        let was_running = self.end_primary().await?;
        let received = replication::received(&mut connection)
            .await
            .map_err(|error| silent(&error))?;
        drop(connection);

        self.servers.switch(&self.setup.data_dir)?;
        self.mode = Mode::Alone;
        let set_aside = self.let_replica_lead(before.primary, complete).await?;
        let last = self.seen.take().map(|seen| seen.position);
        let promotion = Promotion {
            leads: self.servers.primary,
            ended: before.primary,
            was_running,
            complete,
            since: before.since,
            position: Some(written(received)),
            missing_bytes: last
                .map(|last| (last - received).max(0))
                .filter(|_| !complete),
            set_aside,
            milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        tracing::warn!(?promotion, "PostgreSQL's replica was promoted");
        Ok(promotion)
    }

    /// Whoever is connected is cut first: what comes in after that is answered by the new primary alone.
    async fn end_primary(&mut self) -> Result<bool, EngineError> {
        self.writers.lead_to(None);
        self.readers.lead_to(None);
        let was_running = match self.primary.take() {
            Some(primary) if !primary.has_ended() => {
                primary.stop().await;
                true
            }
            _ => false,
        };
        let folder = self.setup.data_dir.join(self.servers.primary.folder());
        leftover::kill(&folder).await?;
        Ok(was_running)
    }

    /// Should it fail, the server is ended, and the next start of it goes on: the file says that it leads.
    async fn let_replica_lead(
        &mut self,
        ended: Server,
        complete: bool,
    ) -> Result<Option<PathBuf>, EngineError> {
        let server = self.replica.take().ok_or_else(no_replica)?;
        let set_aside = match complete {
            true => None,
            false => set_aside(&self.setup.data_dir, ended)?,
        };
        server.becomes(&Role::Primary { synchronous: false })?;
        server.lead().await?;
        self.writers.lead_to(Some(server.port()));
        self.primary = Some(server);
        Ok(set_aside)
    }
}

impl Postgres {
    /// The same for a shop that is closed: its next start leads with the other server. The caller holds the data directory.
    ///
    /// # Errors
    ///
    /// When there is no replica, or it may lack what was acknowledged and `force` is not given. Nothing was changed then.
    pub fn promote_closed(data_dir: &Path, force: bool) -> Result<Promotion, EngineError> {
        let before = Servers::read(data_dir)?;
        let complete = before.mode == Mode::Synchronous;
        if !Cluster::in_data_dir(data_dir, before.primary.other()).follows() {
            return Err(no_replica());
        }
        check(complete, force)?;
        let mut servers = before;
        servers.switch(data_dir)?;
        let set_aside = match complete {
            true => None,
            false => set_aside(data_dir, before.primary)?,
        };
        Ok(Promotion {
            leads: servers.primary,
            ended: before.primary,
            was_running: false,
            complete,
            since: before.since,
            position: None,
            missing_bytes: None,
            set_aside,
            milliseconds: 0,
        })
    }
}

fn check(complete: bool, force: bool) -> Result<(), EngineError> {
    if complete || force {
        return Ok(());
    }
    Err(EngineError::new(
        "the replica may lack orders that customers were told were taken: commits have not waited for it",
        "Wait until `souk ps` says synchronous. If the primary is lost: souk promote --force (its files are set aside).",
    ))
}

fn set_aside(data_dir: &Path, server: Server) -> Result<Option<PathBuf>, EngineError> {
    let folder = data_dir.join(server.folder());
    let seconds = Utc::now().timestamp();
    let kept = data_dir.join(format!("{}-set-aside-{seconds}", server.folder()));
    match fs::rename(&folder, &kept) {
        Ok(()) => Ok(Some(kept)),
        Err(_) if !folder.exists() => Ok(None),
        Err(error) => Err(EngineError::new(
            format!("{} cannot be set aside: {error}", folder.display()),
            "Move it away yourself: a new replica takes its place.",
        )),
    }
}

fn no_replica() -> EngineError {
    EngineError::new(
        "there is no replica to promote",
        "Make one: souk down && souk up --replica. One that is being made is shown by `souk ps`.",
    )
}

fn silent(error: &sqlx::Error) -> EngineError {
    EngineError::new(
        format!("the replica does not answer: {error}"),
        "Read log/postgres-2.log and log/postgres.log in the data directory.",
    )
}
