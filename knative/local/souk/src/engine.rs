//! The databases of the shop: started at the same time, PostgreSQL started again when it ends by itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use souk_engines::postgres::Database;
use souk_engines::secrets::random_token;
use souk_engines::{DynamoDb, Postgres, PostgresSetup, Progress, SecretStore, remembered_listener};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::operator::Engines as Addresses;

const PAUSE_BEFORE_RESTART: Duration = Duration::from_secs(1);
/// No namespace of a cluster can be called that: names begin with a letter or digit.
const OWN_NAMESPACE: &str = "engines_";

/// Which engines the plan needs.
pub(crate) struct Wanted {
    /// Name and password of each database.
    pub(crate) databases: Vec<(String, String)>,
    pub(crate) dynamodb: bool,
    pub(crate) postgres_bin: Option<PathBuf>,
}

/// The engines that run.
pub(crate) struct Engines {
    postgres: Option<Supervised>,
    dynamodb: Option<DynamoDb>,
    pub(crate) addresses: Addresses,
}

/// One engine, as `souk ps` shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EngineStatus {
    pub(crate) name: &'static str,
    pub(crate) version: String,
    /// `None`: inside souk itself.
    pub(crate) pid: Option<u32>,
    pub(crate) address: String,
}

impl Engines {
    /// Starts what is wanted and nothing else.
    pub(crate) async fn start(
        wanted: &Wanted,
        data_dir: &DataDir,
        store: &SecretStore,
        progress: &Progress,
    ) -> Outcome<Self> {
        let (postgres, dynamodb) = tokio::try_join!(
            start_postgres(wanted, data_dir, store, progress),
            start_dynamodb(wanted, data_dir),
        )?;
        let (postgres, databases) = match postgres {
            Some((postgres, databases)) => (Some(postgres), databases),
            None => (None, BTreeMap::new()),
        };
        let addresses = Addresses {
            databases,
            dynamodb: dynamodb.as_ref().map(DynamoDb::url),
            public_url: None,
        };
        Ok(Self {
            postgres,
            dynamodb,
            addresses,
        })
    }

    /// How they are from now on.
    pub(crate) fn watch(&self) -> EnginesView {
        EnginesView {
            postgres: self
                .postgres
                .as_ref()
                .map(|postgres| postgres.status.clone()),
            dynamodb: self.dynamodb.as_ref().map(DynamoDb::url),
        }
    }

    /// Stops them at the same time, within twelve seconds.
    pub(crate) async fn stop(self) {
        let postgres = async {
            if let Some(postgres) = self.postgres {
                postgres.stop.cancel();
                let _ = postgres.supervisor.await;
            }
        };
        let dynamodb = async {
            if let Some(dynamodb) = self.dynamodb {
                dynamodb.stop().await;
            }
        };
        tokio::join!(postgres, dynamodb);
    }
}

/// Looks at the engines for as long as somebody wants to.
#[derive(Debug, Default)]
pub(crate) struct EnginesView {
    postgres: Option<watch::Receiver<EngineStatus>>,
    dynamodb: Option<String>,
}

impl EnginesView {
    /// How they are now.
    pub(crate) fn now(&self) -> Vec<EngineStatus> {
        let postgres = self.postgres.as_ref().map(|status| status.borrow().clone());
        let dynamodb = self.dynamodb.as_ref().map(|url| EngineStatus {
            name: "dynamodb",
            version: "embedded".to_owned(),
            pid: None,
            address: url.clone(),
        });
        postgres.into_iter().chain(dynamodb).collect()
    }
}

struct Supervised {
    status: watch::Receiver<EngineStatus>,
    stop: CancellationToken,
    supervisor: JoinHandle<()>,
}

async fn start_postgres(
    wanted: &Wanted,
    data_dir: &DataDir,
    store: &SecretStore,
    progress: &Progress,
) -> Outcome<Option<(Supervised, BTreeMap<String, String>)>> {
    if wanted.databases.is_empty() {
        return Ok(None);
    }
    let setup = PostgresSetup {
        data_dir: data_dir.path().to_owned(),
        programs: wanted.postgres_bin.clone(),
        password: store.entry(OWN_NAMESPACE, "postgres", "password", random_token)?,
    };
    let postgres = Postgres::start(&setup, progress).await?;
    let databases = wanted
        .databases
        .iter()
        .map(|(name, password)| Database { name, password });
    let urls = postgres
        .ensure_databases(&databases.collect::<Vec<_>>())
        .await?;
    let names = wanted.databases.iter().map(|(name, _)| name.clone());
    Ok(Some((
        supervised(setup, postgres),
        names.zip(urls).collect(),
    )))
}

async fn start_dynamodb(wanted: &Wanted, data_dir: &DataDir) -> Outcome<Option<DynamoDb>> {
    if !wanted.dynamodb {
        return Ok(None);
    }
    let port_file = data_dir.port_of("dynamodb");
    let listener = remembered_listener(&port_file).map_err(|error| {
        Failure::new(
            format!("{}: {error}", port_file.display()),
            "Check who owns that folder.",
        )
    })?;
    Ok(Some(DynamoDb::start(&data_dir.dynamodb(), listener).await?))
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
    }
}
