//! The databases of the shop, started at the same time.

mod postgres;

use std::path::PathBuf;

use serde::Serialize;
use souk_engines::postgres::{Mode, Promoter};
use souk_engines::{DynamoDb, Progress, SecretStore, remembered_listener};

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::operator::Engines as Addresses;
use postgres::{Databases, Running, Watched};

/// Which engines the plan needs.
pub(crate) struct Wanted {
    /// Name and password of each database.
    pub(crate) databases: Vec<(String, String)>,
    pub(crate) dynamodb: bool,
    pub(crate) postgres_bin: Option<PathBuf>,
    /// A second PostgreSQL follows the first.
    pub(crate) replica: bool,
}

/// The engines that run.
pub(crate) struct Engines {
    postgres: Option<Running>,
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
    /// Its own; the functions' addresses are in their Secrets.
    pub(crate) address: String,
    /// What two servers are to each other; absent: there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replication: Option<Replication>,
}

/// What a server is to the other one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Replication {
    /// `primary` or `replica`.
    pub(crate) role: &'static str,
    /// `synchronous`: the replica has everything that was acknowledged.
    pub(crate) mode: Mode,
    /// How much of the log the replica lacked when it was last looked at.
    pub(crate) lag_bytes: Option<i64>,
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
            postgres::start(wanted, data_dir, store, progress),
            start_dynamodb(wanted, data_dir),
        )?;
        let (postgres, databases) = match postgres {
            Some((postgres, databases)) => (Some(postgres), databases),
            None => (None, Databases::default()),
        };
        let addresses = Addresses {
            databases: databases.write,
            read_databases: databases.read,
            dynamodb: dynamodb.as_ref().map(DynamoDb::url),
            public_url: None,
            collector: None,
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
            postgres: self.postgres.as_ref().map(Running::watch),
            dynamodb: self.dynamodb.as_ref().map(DynamoDb::url),
        }
    }

    /// Stops them at the same time, within twelve seconds.
    pub(crate) async fn stop(self) {
        let postgres = async {
            if let Some(postgres) = self.postgres {
                postgres.stop().await;
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
    postgres: Option<Watched>,
    dynamodb: Option<String>,
}

impl EnginesView {
    /// How they are now.
    pub(crate) fn now(&self) -> Vec<EngineStatus> {
        let postgres = self.postgres.as_ref().map(Watched::now);
        let postgres = postgres.unwrap_or_default();
        let dynamodb = self.dynamodb.as_ref().map(|url| EngineStatus {
            name: "dynamodb",
            version: "embedded".to_owned(),
            pid: None,
            address: url.clone(),
            replication: None,
        });
        postgres.into_iter().chain(dynamodb).collect()
    }

    /// Who can promote the replica, if there may be one.
    pub(crate) fn promoter(&self) -> Option<Promoter> {
        self.postgres.as_ref()?.promoter()
    }
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
