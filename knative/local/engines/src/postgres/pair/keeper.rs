//! The task that keeps the two servers. It does one thing at a time, and whatever it does can be broken off for a promotion.

use std::future::pending;
use std::time::Duration;

use sqlx::PgConnection;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::watch::FOLLOWS_WITHIN;
use super::{Ask, PairStatus, ServerStatus};
use crate::postgres::cluster::Cluster;
use crate::postgres::replication::{self, Seen};
use crate::postgres::servers::{Mode, Servers};
use crate::postgres::settings::Role;
use crate::postgres::{Postgres, PostgresSetup, copy, leftover};
use crate::{EngineError, Forwarder, Progress};

const LOOKED_EVERY: Duration = Duration::from_millis(250);
/// While writers wait for what is looked for.
const LOOKED_SOON: Duration = Duration::from_millis(25);
const PAUSE_BEFORE_RESTART: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After both have started, the replica has this long to have everything; then writers are let in without it.
const SETTLED_WITHIN: Duration = Duration::from_secs(5);
/// A copy of a large shop takes its time.
const MADE_WITHIN: Duration = Duration::from_secs(600);
/// A primary that closes sends its replica the rest of the log.
const REPLICA_OUTLASTS: Duration = Duration::from_secs(4);

/// The two servers and all that is known of them.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) setup: PostgresSetup,
    pub(super) servers: Servers,
    /// As in `servers`, or `Joining`, which is `Alone` to whoever starts again.
    pub(super) mode: Mode,
    pub(super) awaited: Option<i64>,
    pub(super) primary: Option<Postgres>,
    pub(super) replica: Option<Postgres>,
    pub(super) writers: Forwarder,
    pub(super) readers: Forwarder,
    /// The connection to the primary by which it is looked at.
    pub(super) watcher: Option<PgConnection>,
    pub(super) seen: Option<Seen>,
    report: watch::Sender<PairStatus>,
    pub(super) settled_by: Instant,
    pub(super) follows_by: Instant,
    /// The replica cannot go on from where it is.
    pub(super) anew: bool,
    pub(super) next_try: Instant,
    pause: Duration,
}

impl Keeper {
    /// Starts the primary; the rest is [`Keeper::keep`]'s.
    pub(super) async fn start(
        setup: &PostgresSetup,
        servers: Servers,
        [writers, readers]: [Forwarder; 2],
        report: watch::Sender<PairStatus>,
        progress: &Progress,
    ) -> Result<Self, EngineError> {
        let now = Instant::now();
        let mut keeper = Self {
            setup: setup.clone(),
            servers,
            mode: servers.mode,
            awaited: None,
            primary: None,
            replica: None,
            writers,
            readers,
            watcher: None,
            seen: None,
            report,
            settled_by: now,
            follows_by: now,
            anew: false,
            next_try: now,
            pause: PAUSE_BEFORE_RESTART,
        };
        keeper.open_primary(progress).await?;
        keeper.tell();
        Ok(keeper)
    }

    /// Keeps them until told to stop, and stops them.
    pub(super) async fn keep(mut self, mut asks: mpsc::Receiver<Ask>, stop: CancellationToken) {
        loop {
            let ask = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(ask) = asks.recv() => ask,
                () = self.step() => continue,
            };
            let done = self.promote(ask.force).await;
            self.tell();
            // Whoever has asked may have gone away; it is in the log as well.
            let _ = ask.answer.send(done);
        }
        self.stop().await;
    }

    async fn step(&mut self) {
        self.drop_ended();
        if self.primary.is_none() {
            self.start_primary().await;
        } else if self.replica.is_none() && Instant::now() >= self.next_try {
            self.start_replica().await;
        } else {
            self.rest().await;
            self.look().await;
        }
        self.tell();
    }

    fn drop_ended(&mut self) {
        if self.primary.as_ref().is_some_and(Postgres::has_ended) {
            tracing::error!("PostgreSQL ended by itself; starting it again");
            self.primary = None;
            self.watcher = None;
            self.writers.lead_to(None);
            if self.mode == Mode::Joining {
                self.mode = Mode::Alone;
            }
        }
        if self.replica.as_ref().is_some_and(Postgres::has_ended) {
            tracing::warn!("the replica of PostgreSQL ended by itself; starting it again");
            self.replica = None;
            self.next_try = Instant::now();
            self.readers.lead_to(None);
            // Without a primary nothing is acknowledged, so the replica lacks nothing.
            if self.primary.is_some() {
                self.leave();
            }
        }
    }

    async fn start_primary(&mut self) {
        if let Err(error) = self.open_primary(&Progress::silent()).await {
            tracing::error!(%error, "PostgreSQL cannot be started");
            sleep(PAUSE_BEFORE_RESTART).await;
        }
    }

    async fn open_primary(&mut self, progress: &Progress) -> Result<(), EngineError> {
        let role = Role::Primary {
            synchronous: self.mode == Mode::Synchronous,
        };
        let primary = Postgres::open(&self.setup, self.servers.primary, &role, progress).await?;
        let now = Instant::now();
        (self.settled_by, self.follows_by) = (now + SETTLED_WITHIN, now + FOLLOWS_WITHIN);
        self.next_try = now;
        if self.mode == Mode::Alone {
            self.writers.lead_to(Some(primary.port()));
        }
        self.primary = Some(primary);
        Ok(())
    }

    /// Makes the replica, or lets the one of before go on. Broken off, it leaves no process and no half copy.
    async fn start_replica(&mut self) {
        let target = Cluster::in_data_dir(&self.setup.data_dir, self.servers.primary.other());
        let goes_on = !self.anew && target.follows() && self.has_kept_the_log().await;
        if !goes_on {
            self.leave();
        }
        let limit = match self.settles() {
            true => self.settled_by,
            false => Instant::now() + MADE_WITHIN,
        };
        let Some(primary) = &self.primary else {
            return;
        };
        let made = timeout_at(limit, follower(&self.setup, primary, &target, goes_on));
        let made = tokio::select! {
            made = made => made,
            _ = primary.ended() => return,
        };
        match made {
            Ok(Ok(replica)) => {
                self.replica = Some(replica);
                self.follows_by = Instant::now() + FOLLOWS_WITHIN;
                (self.anew, self.pause) = (false, PAUSE_BEFORE_RESTART);
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "PostgreSQL has no replica");
                self.anew = true;
                self.next_try = Instant::now() + self.pause;
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            }
            Err(_) => self.leave(),
        }
    }

    async fn has_kept_the_log(&mut self) -> bool {
        match self.watcher().await {
            Ok(primary) => replication::has_kept_the_log(primary)
                .await
                .unwrap_or(false),
            Err(_) => false,
        }
    }

    async fn rest(&self) {
        let moment = match self.settles() || self.mode == Mode::Joining {
            true => LOOKED_SOON,
            false => LOOKED_EVERY,
        };
        tokio::select! {
            () = ended(self.primary.as_ref()) => (),
            () = ended(self.replica.as_ref()) => (),
            () = sleep(moment) => (),
        }
    }

    fn tell(&self) {
        let status = PairStatus {
            primary: self.primary.as_ref().map(status_of),
            replica: self.replica.as_ref().map(status_of),
            mode: self.mode,
            since: self.servers.since,
            lag_bytes: self.seen.and_then(lag),
            takes_writes: self.writers.target().is_some(),
        };
        self.report.send_if_modified(|now| {
            let changes = *now != status;
            *now = status;
            changes
        });
    }

    async fn stop(self) {
        self.writers.lead_to(None);
        let primary = async {
            if let Some(primary) = &self.primary {
                primary.stop().await;
            }
        };
        let replica = async {
            if let Some(replica) = &self.replica {
                let _ = timeout(REPLICA_OUTLASTS, closed(self.primary.as_ref())).await;
                replica.stop().await;
            }
        };
        tokio::join!(primary, replica);
    }
}

/// A running replica: the one that is there, or a new one.
async fn follower(
    setup: &PostgresSetup,
    primary: &Postgres,
    target: &Cluster,
    goes_on: bool,
) -> Result<Postgres, EngineError> {
    if !goes_on {
        leftover::kill(target.folder()).await?;
        let copied = async {
            let mut connection = replication::connect(&primary.superuser()).await?;
            copy::make(&mut connection, &primary.cluster, target).await
        };
        copied.await.map_err(|error| {
            EngineError::new(
                format!("the primary's files were not copied: {error}"),
                "Is there room for a second copy of them?",
            )
        })?;
    }
    let role = Role::Replica {
        port: primary.port(),
        password: setup.password.clone(),
    };
    Postgres::open(setup, primary.server.other(), &role, &Progress::silent()).await
}

/// Waits for the end of a server that is there.
async fn ended(server: Option<&Postgres>) {
    match server {
        Some(server) => drop(server.ended().await),
        None => pending().await,
    }
}

/// Waits until there is no server.
async fn closed(server: Option<&Postgres>) {
    if let Some(server) = server {
        server.ended().await;
    }
}

fn status_of(server: &Postgres) -> ServerStatus {
    ServerStatus {
        server: server.server,
        version: server.version.clone(),
        pid: server.pid(),
        port: server.port(),
    }
}

fn lag(seen: Seen) -> Option<i64> {
    Some((seen.position - seen.replica?.flushed).max(0))
}
