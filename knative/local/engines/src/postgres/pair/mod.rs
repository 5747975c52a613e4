//! Two servers: one that leads and one that follows. Whoever uses them knows two ports that stay the same.
//!
//! One task keeps them ([`keeper`]): it starts them again, makes the replica, watches whether it follows, and promotes it when
//! told to. What is done when is decided in `decision`, without doing anything; [`watch`] looks and does it.

mod decision;
mod keeper;
mod promotion;
mod watch;

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch::{Receiver, channel};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::servers::{Mode, Server, Servers};
use super::{Database, PostgresSetup, databases, url};
use crate::{EngineError, Forwarder, Progress, remembered_listener};
use keeper::Keeper;
pub use promotion::Promotion;

/// Whoever writes waits that long for a server that is being started or promoted.
const PATIENCE_OF_WRITERS: Duration = Duration::from_secs(5);
/// Lists are read in the other server then.
const PATIENCE_OF_READERS: Duration = Duration::ZERO;
/// How long the first start waits for the replica to have everything.
const JOINED_WITHIN: Duration = Duration::from_secs(30);
const ASKED_AT_ONCE: usize = 4;

/// A server and its replica, kept running until [`Pair::stop`], or until this is dropped.
#[derive(Debug)]
pub struct Pair {
    setup: PostgresSetup,
    write_port: u16,
    read_port: u16,
    status: Receiver<PairStatus>,
    promoter: Promoter,
    stop: DropGuard,
    keeper: JoinHandle<()>,
}

/// How the two are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairStatus {
    /// The server that takes writes; `None`: it is being started.
    pub primary: Option<ServerStatus>,
    /// The server that follows; `None`: it is being made or started.
    pub replica: Option<ServerStatus>,
    /// Whether the replica has everything that was acknowledged.
    pub mode: Mode,
    /// Since when it is so.
    pub since: DateTime<Utc>,
    /// How much of the log the replica lacked when it was last looked at, in bytes.
    pub lag_bytes: Option<i64>,
    /// Whether writers are let in.
    pub takes_writes: bool,
}

/// One running server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerStatus {
    /// Which of the two.
    pub server: Server,
    /// Such as `18.6`.
    pub version: String,
    /// Of its process.
    pub pid: u32,
    /// Its own port on 127.0.0.1; whoever uses the shop knows the other ones.
    pub port: u16,
}

/// The databases' URLs, for writers and for readers of lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls {
    /// Leads to the primary.
    pub write: String,
    /// Leads to the replica, and nowhere when it does not follow.
    pub read: String,
}

/// Promotes the replica, for as long as the pair is kept.
#[derive(Debug, Clone)]
pub struct Promoter(mpsc::Sender<Ask>);

/// Somebody wants the replica to lead.
#[derive(Debug)]
struct Ask {
    force: bool,
    answer: oneshot::Sender<Result<Promotion, EngineError>>,
}

impl Promoter {
    /// Ends the primary for good, and lets the replica lead.
    ///
    /// # Errors
    ///
    /// When there is no replica, or it may lack what was acknowledged and `force` is not given. Nothing was changed then.
    pub async fn promote(&self, force: bool) -> Result<Promotion, EngineError> {
        let (answer, answered) = oneshot::channel();
        let closing = |_| EngineError::new("the shop is closing", "Open it again, then promote.");
        let asked = self.0.send(Ask { force, answer }).await;
        asked.map_err(|_| closing(()))?;
        answered.await.map_err(|_| closing(()))?
    }
}

impl Pair {
    /// Starts the primary, and a task that keeps it and its replica.
    ///
    /// # Errors
    ///
    /// When the primary does not start.
    pub async fn start(setup: &PostgresSetup, progress: &Progress) -> Result<Self, EngineError> {
        let listen = |name: &str, patience| {
            let file = setup.data_dir.join(format!("{name}.port"));
            let started =
                remembered_listener(&file).and_then(|found| Forwarder::start(found, patience));
            started.map_err(|error| {
                let what = format!("{}: {error}", file.display());
                EngineError::new(what, "Check who owns that folder.")
            })
        };
        let writers = listen("postgres-rw", PATIENCE_OF_WRITERS)?;
        let readers = listen("postgres-ro", PATIENCE_OF_READERS)?;
        let (write_port, read_port) = (writers.port(), readers.port());
        let servers = Servers::read(&setup.data_dir)?;
        let (report, status) = channel(PairStatus::of(&servers));
        let keeper = Keeper::start(setup, servers, [writers, readers], report, progress).await?;
        let (ask, asks) = mpsc::channel(ASKED_AT_ONCE);
        let stop = CancellationToken::new();
        Ok(Self {
            setup: setup.clone(),
            write_port,
            read_port,
            status,
            promoter: Promoter(ask),
            keeper: tokio::spawn(keeper.keep(asks, stop.clone())),
            stop: stop.drop_guard(),
        })
    }

    /// Makes a role and a database of that name, for each that is missing, and gives each one's URLs in the order asked for.
    ///
    /// # Errors
    ///
    /// When PostgreSQL refuses, or does not take writes.
    pub async fn ensure_databases(
        &self,
        wanted: &[Database<'_>],
    ) -> Result<Vec<Urls>, EngineError> {
        let mut status = self.status.clone();
        let open = status.wait_for(|now| now.takes_writes);
        // Should it never be, the next line says so.
        let _ = timeout(JOINED_WITHIN, open).await;
        let superuser = url(self.write_port, "postgres", &self.setup.password);
        databases::ensure(&superuser, wanted).await?;
        let urls = |one: &Database<'_>| Urls {
            write: url(self.write_port, one.name, one.password),
            read: url(self.read_port, one.name, one.password),
        };
        Ok(wanted.iter().map(urls).collect())
    }

    /// Waits until the replica has everything, half a minute at most; whether it has.
    pub async fn joined(&self) -> bool {
        let mut status = self.status.clone();
        let joined = status.wait_for(|now| now.mode == Mode::Synchronous && now.replica.is_some());
        matches!(timeout(JOINED_WITHIN, joined).await, Ok(Ok(_)))
    }

    /// How they are from now on.
    #[must_use]
    pub fn watch(&self) -> Receiver<PairStatus> {
        self.status.clone()
    }

    /// For whoever may promote the replica.
    #[must_use]
    pub fn promoter(&self) -> Promoter {
        self.promoter.clone()
    }

    /// Stops both, within twelve seconds.
    pub async fn stop(self) {
        self.stop.disarm().cancel();
        let _ = self.keeper.await;
    }
}

impl PairStatus {
    fn of(servers: &Servers) -> Self {
        Self {
            primary: None,
            replica: None,
            mode: servers.mode,
            since: servers.since,
            lag_bytes: None,
            takes_writes: false,
        }
    }
}
