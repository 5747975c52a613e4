//! PostgreSQL as one server, which is started again when it ends by itself, or as two, which `souk_engines` keeps.

use std::collections::BTreeMap;
use std::time::Duration;

use souk_engines::postgres::{Database, Pair, PairStatus, Promoter, ServerStatus};
use souk_engines::secrets::random_token;
use souk_engines::{Postgres, PostgresSetup, Progress, SecretStore};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{EngineStatus, Replication, Wanted};
use crate::data_dir::DataDir;
use crate::failure::Outcome;
use crate::terminal::here;

const PAUSE_BEFORE_RESTART: Duration = Duration::from_secs(1);
/// No namespace of a cluster can be called that: names begin with a letter or digit.
const OWN_NAMESPACE: &str = "engines_";

/// Looks at PostgreSQL.
#[derive(Debug)]
pub(super) enum Watched {
    One(watch::Receiver<EngineStatus>),
    Two(watch::Receiver<PairStatus>, Promoter),
}

impl Watched {
    /// The servers that run now.
    pub(super) fn now(&self) -> Vec<EngineStatus> {
        match self {
            Self::One(status) => vec![status.borrow().clone()],
            Self::Two(status, _) => both(&status.borrow()),
        }
    }

    /// Who can promote the replica, if there may be one.
    pub(super) fn promoter(&self) -> Option<Promoter> {
        match self {
            Self::One(_) => None,
            Self::Two(_, promoter) => Some(promoter.clone()),
        }
    }
}

/// PostgreSQL, as one server or two.
pub(super) enum Running {
    One(Supervised),
    Two(Pair),
}

impl Running {
    /// For whoever wants to know how it is.
    pub(super) fn watch(&self) -> Watched {
        match self {
            Self::One(one) => Watched::One(one.status.clone()),
            Self::Two(pair) => Watched::Two(pair.watch(), pair.promoter()),
        }
    }

    /// Stops it within twelve seconds.
    pub(super) async fn stop(self) {
        match self {
            Self::One(one) => {
                one.stop.cancel();
                let _ = one.supervisor.await;
            }
            Self::Two(pair) => pair.stop().await,
        }
    }
}

pub(super) struct Supervised {
    status: watch::Receiver<EngineStatus>,
    stop: CancellationToken,
    supervisor: JoinHandle<()>,
}

/// URLs of the databases, by name.
#[derive(Default)]
pub(super) struct Databases {
    pub(super) write: BTreeMap<String, String>,
    /// Only where there is a replica.
    pub(super) read: BTreeMap<String, String>,
}

/// Starts it and makes the databases; nothing when none is wanted.
pub(super) async fn start(
    wanted: &Wanted,
    data_dir: &DataDir,
    store: &SecretStore,
    progress: &Progress,
) -> Outcome<Option<(Running, Databases)>> {
    if wanted.databases.is_empty() {
        return Ok(None);
    }
    let setup = PostgresSetup {
        data_dir: data_dir.path().to_owned(),
        programs: wanted.postgres_bin.clone(),
        password: store.entry(OWN_NAMESPACE, "postgres", "password", random_token)?,
    };
    let databases = wanted
        .databases
        .iter()
        .map(|(name, password)| Database { name, password });
    let databases: Vec<Database<'_>> = databases.collect();
    match wanted.replica {
        true => start_pair(&setup, &databases, progress).await.map(Some),
        false => start_one(setup, &databases, progress).await.map(Some),
    }
}

async fn start_one(
    setup: PostgresSetup,
    databases: &[Database<'_>],
    progress: &Progress,
) -> Outcome<(Running, Databases)> {
    let postgres = Postgres::start(&setup, progress).await?;
    let urls = postgres.ensure_databases(databases).await?;
    let names = databases.iter().map(|one| one.name.to_owned());
    let urls = Databases {
        write: names.zip(urls).collect(),
        ..Databases::default()
    };
    Ok((Running::One(supervised(setup, postgres)), urls))
}

async fn start_pair(
    setup: &PostgresSetup,
    databases: &[Database<'_>],
    progress: &Progress,
) -> Outcome<(Running, Databases)> {
    let pair = Pair::start(setup, progress).await?;
    let ensured = pair.ensure_databases(databases).await;
    let urls = match ensured {
        Ok(urls) => urls,
        Err(error) => {
            pair.stop().await;
            return Err(error.into());
        }
    };
    let mut by_name = Databases::default();
    for (database, urls) in databases.iter().zip(urls) {
        by_name.write.insert(database.name.to_owned(), urls.write);
        by_name.read.insert(database.name.to_owned(), urls.read);
    }
    progress.say(match pair.joined().await {
        true => "PostgreSQL: a replica follows, and commits wait for it".to_owned(),
        false => format!(
            "PostgreSQL: no replica follows yet; why: {} logs souk",
            here()
        ),
    });
    Ok((Running::Two(pair), by_name))
}

fn supervised(setup: PostgresSetup, postgres: Postgres) -> Supervised {
    let (report, status) = watch::channel(status_of(&postgres));
    let stop = CancellationToken::new();
    let supervisor = tokio::spawn(supervise(setup, postgres, report, stop.clone()));
    Supervised {
        status,
        stop,
        supervisor,
    }
}

async fn supervise(
    setup: PostgresSetup,
    mut postgres: Postgres,
    report: watch::Sender<EngineStatus>,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return postgres.stop().await,
            how = postgres.ended() => tracing::error!(how, "PostgreSQL ended by itself; starting it again"),
        }
        postgres = loop {
            match Postgres::start(&setup, &Progress::silent()).await {
                Ok(postgres) => break postgres,
                Err(error) => tracing::error!(%error, "PostgreSQL cannot be started again"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(PAUSE_BEFORE_RESTART) => (),
            }
        };
        report.send_replace(status_of(&postgres));
    }
}

fn status_of(postgres: &Postgres) -> EngineStatus {
    EngineStatus {
        name: "postgresql",
        version: postgres.version().to_owned(),
        pid: Some(postgres.pid()),
        address: format!("127.0.0.1:{}", postgres.port()),
        replication: None,
    }
}

fn both(status: &PairStatus) -> Vec<EngineStatus> {
    let one = |name, role, server: &ServerStatus| EngineStatus {
        name,
        version: server.version.clone(),
        pid: Some(server.pid),
        address: format!("127.0.0.1:{}", server.port),
        replication: Some(Replication {
            role,
            mode: status.mode,
            lag_bytes: status.lag_bytes,
        }),
    };
    let primary = status.primary.as_ref();
    let replica = status.replica.as_ref();
    primary
        .map(|server| one("postgresql", "primary", server))
        .into_iter()
        .chain(replica.map(|server| one("postgresql-replica", "replica", server)))
        .collect()
}
