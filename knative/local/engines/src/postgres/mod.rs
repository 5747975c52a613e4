//! PostgreSQL as a private cluster of one shop: found or fetched, initialised, started, stopped.
//!
//! It listens on 127.0.0.1 and on a socket inside the cluster's own folder, nowhere else.

mod cluster;
mod databases;
mod fetch;
mod leftover;
mod process;
mod programs;
mod restored;
mod settings;

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::user::User;
use crate::{EngineError, Progress, remembered_port};
use cluster::Cluster;
pub use databases::make_databases;
use process::Process;
use programs::{Programs, Wish};

pub use restored::hand_over;

const READY_WITHIN: Duration = Duration::from_secs(60);
const READY_ASKED_EVERY: Duration = Duration::from_millis(2);
const FAST_SHUTDOWN_WITHIN: Duration = Duration::from_secs(8);
const IMMEDIATE_SHUTDOWN_WITHIN: Duration = Duration::from_secs(2);

/// What has to be known to start PostgreSQL.
#[derive(Debug, Clone)]
pub struct PostgresSetup {
    /// The shop's data directory; the cluster is `postgres` in it, its log `log/postgres.log`.
    pub data_dir: PathBuf,
    /// `--postgres-bin`: use these programs and no others.
    pub programs: Option<PathBuf>,
    /// Password of the superuser `postgres`.
    pub password: String,
}

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    port: u16,
    password: String,
    version: String,
}

impl Postgres {
    /// Starts the shop's cluster and waits until it answers; at first start it is made, and PostgreSQL itself fetched.
    ///
    /// # Errors
    ///
    /// When no PostgreSQL can be had or it does not start; the error says what to type.
    pub async fn start(setup: &PostgresSetup, progress: &Progress) -> Result<Self, EngineError> {
        let user = User::for_data_in(&setup.data_dir);
        let cluster = Cluster::in_data_dir(&setup.data_dir, user);
        let wish = Wish {
            given: setup.programs.as_deref(),
            data_dir: &setup.data_dir,
            user,
            major: cluster.major()?,
        };
        let programs = programs::find(&wish, progress).await?;
        if wish.major.is_none() {
            progress.say(format!("PostgreSQL {}: making a cluster", programs.version));
            cluster.make(&programs, &setup.password).await?;
        }
        leftover::end(cluster.folder(), progress).await?;
        Self::run(setup, &cluster, &programs).await
    }

    async fn run(
        setup: &PostgresSetup,
        cluster: &Cluster,
        programs: &Programs,
    ) -> Result<Self, EngineError> {
        let port_file = setup.data_dir.join("postgres.port");
        let port = remembered_port(&port_file).map_err(|error| cluster.unusable(&error))?;
        cluster.configure(programs.major, port)?;
        let process = cluster.serve(programs).await?;
        let this = Self {
            process,
            port,
            password: setup.password.clone(),
            version: programs.version.clone(),
        };
        this.ready(cluster).await?;
        Ok(this)
    }

    /// The process's id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Such as `18.6`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Makes a role and a database of that name, for each that is missing. No other role can connect to it.
    ///
    /// Gives each database's URL, in the order asked for.
    ///
    /// # Errors
    ///
    /// When PostgreSQL refuses.
    pub async fn ensure_databases(
        &self,
        wanted: &[Database<'_>],
    ) -> Result<Vec<String>, EngineError> {
        databases::ensure(&self.superuser(), wanted).await?;
        Ok(wanted
            .iter()
            .map(|one| self.url(one.name, one.password))
            .collect())
    }

    /// Waits until the process has ended by itself, and tells how.
    pub async fn ended(&self) -> String {
        self.process.ended().await
    }

    /// Shuts down in order (SIGINT), then at once (SIGQUIT), then by force: ten seconds at most.
    pub async fn stop(&self) {
        for (signal, patience) in [
            (libc::SIGINT, FAST_SHUTDOWN_WITHIN),
            (libc::SIGQUIT, IMMEDIATE_SHUTDOWN_WITHIN),
            (libc::SIGKILL, IMMEDIATE_SHUTDOWN_WITHIN),
        ] {
            self.process.signal(signal);
            if tokio::time::timeout(patience, self.process.ended())
                .await
                .is_ok()
            {
                return;
            }
        }
    }

    fn superuser(&self) -> String {
        self.url("postgres", &self.password)
    }

    fn url(&self, name: &str, password: &str) -> String {
        let (port, database) = (self.port, name);
        format!("postgres://{name}:{password}@127.0.0.1:{port}/{database}?sslmode=disable")
    }

    async fn ready(&self, cluster: &Cluster) -> Result<(), EngineError> {
        let deadline = Instant::now() + READY_WITHIN;
        while !cluster.says_ready(self.process.pid()) {
            tokio::select! {
                how = self.process.ended() => return Err(cluster.did_not_start(&how)),
                () = sleep(READY_ASKED_EVERY) => (),
            }
            if Instant::now() > deadline {
                self.process.signal(libc::SIGQUIT);
                return Err(
                    cluster.did_not_start(&format!("not within {} s", READY_WITHIN.as_secs()))
                );
            }
        }
        Ok(())
    }
}

/// A role and its database of the same name.
#[derive(Debug, Clone, Copy)]
pub struct Database<'a> {
    /// Name of both.
    pub name: &'a str,
    /// The role's password: letters, digits, `-` and `_`, so that it can stand in a URL.
    pub password: &'a str,
}
