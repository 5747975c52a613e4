//! PostgreSQL as a private cluster of one shop: found or fetched, initialised, started, stopped.
//!
//! It listens on 127.0.0.1 and on a socket inside the cluster's own folder, nowhere else. One server is enough; a [`Pair`] is a
//! server with a replica.

mod cluster;
mod copy;
mod databases;
mod fetch;
mod leftover;
mod pair;
mod process;
mod programs;
mod replication;
mod restored;
mod servers;
mod settings;
mod survey;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{EngineError, Progress, remembered_port};
use cluster::Cluster;
pub use copy::UNFINISHED;
pub use databases::make_databases;
pub use pair::{Pair, PairStatus, Promoter, Promotion, ServerStatus, Urls};
use process::Process;
use programs::{Programs, Wish};
pub use restored::hand_over;
use servers::Servers;
pub use servers::{Mode, Server, leading_folder};
use settings::Role;
pub use survey::{FETCHED_FROM, FETCHED_MAJOR, Found, OLDEST_MAJOR, Survey};

const READY_WITHIN: Duration = Duration::from_secs(60);
const READY_ASKED_EVERY: Duration = Duration::from_millis(2);
const FAST_SHUTDOWN_WITHIN: Duration = Duration::from_secs(8);
const IMMEDIATE_SHUTDOWN_WITHIN: Duration = Duration::from_secs(2);

/// What has to be known to start PostgreSQL.
#[derive(Debug, Clone)]
pub struct PostgresSetup {
    /// The shop's data directory; the cluster is `postgres` in it, its log `log/postgres.log`. Where a replica was promoted once,
    /// it may be `postgres-2`.
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
    cluster: Cluster,
    server: Server,
    port: u16,
    password: String,
    major: u32,
    version: String,
}

impl Postgres {
    /// Starts the shop's cluster and waits until it answers; at first start it is made, and PostgreSQL itself fetched. Nobody
    /// follows it: a replica of earlier is behind from now on.
    ///
    /// # Errors
    ///
    /// When no PostgreSQL can be had or it does not start; the error says what to type.
    pub async fn start(setup: &PostgresSetup, progress: &Progress) -> Result<Self, EngineError> {
        let mut servers = Servers::read(&setup.data_dir)?;
        let this = Self::open(setup, servers.primary, &Role::Alone, progress).await?;
        // Nobody has written yet, so a start that failed has changed nothing.
        servers.record(&setup.data_dir, Mode::Alone)?;
        Ok(this)
    }

    /// Starts one of the two servers. One that has followed is told to lead, unless it is to follow.
    async fn open(
        setup: &PostgresSetup,
        server: Server,
        role: &Role,
        progress: &Progress,
    ) -> Result<Self, EngineError> {
        let cluster = Cluster::in_data_dir(&setup.data_dir, server);
        let wish = Wish {
            given: setup.programs.as_deref(),
            data_dir: &setup.data_dir,
            user: cluster.user(),
            major: cluster.major()?,
        };
        let programs = programs::find(&wish, progress).await?;
        if wish.major.is_none() {
            must_be_new(&setup.data_dir, &cluster)?;
            progress.say(format!("PostgreSQL {}: making a cluster", programs.version));
            cluster.make(&programs, &setup.password).await?;
        }
        leftover::end(cluster.folder(), progress).await?;
        let must_lead = cluster.follows() && !matches!(role, Role::Replica { .. });
        let promotable = Role::Primary { synchronous: false };
        let role = if must_lead { &promotable } else { role };
        let this = Self::run(setup, server, cluster, &programs, role).await?;
        if must_lead {
            this.lead().await?;
        }
        Ok(this)
    }

    async fn run(
        setup: &PostgresSetup,
        server: Server,
        cluster: Cluster,
        programs: &Programs,
        role: &Role,
    ) -> Result<Self, EngineError> {
        let port_file = setup.data_dir.join(format!("{}.port", server.folder()));
        let port = remembered_port(&port_file).map_err(|error| cluster.unusable(&error))?;
        if *role == Role::Alone {
            cluster.forget_followers()?;
        }
        cluster.configure(programs.major, port, role)?;
        let process = cluster.serve(programs).await?;
        let this = Self {
            process,
            cluster,
            server,
            port,
            password: setup.password.clone(),
            major: programs.major,
            version: programs.version.clone(),
        };
        this.ready().await?;
        Ok(this)
    }

    /// Tells a running server that it is something else to the other one from now on.
    fn becomes(&self, role: &Role) -> Result<(), EngineError> {
        self.cluster.configure(self.major, self.port, role)?;
        self.process.signal(libc::SIGHUP);
        Ok(())
    }

    /// Lets a server that has followed take writes, and waits until it does.
    async fn lead(&self) -> Result<(), EngineError> {
        let led = async {
            let mut connection = replication::connect(&self.superuser()).await?;
            replication::lead(&mut connection).await
        };
        led.await.map_err(|error| {
            EngineError::new(
                format!("the replica was not promoted: {error}"),
                format!(
                    "Read {} in the folder log of the data directory, then open the shop again.",
                    self.server.folder()
                ),
            )
        })
    }

    /// Whether the process has ended.
    fn has_ended(&self) -> bool {
        self.process.has_ended()
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
        let url = |one: &Database<'_>| url(self.port, one.name, one.password);
        Ok(wanted.iter().map(url).collect())
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
        url(self.port, "postgres", &self.password)
    }

    async fn ready(&self) -> Result<(), EngineError> {
        let cluster = &self.cluster;
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

/// A missing folder beside another server's is a lost one: an empty cluster in its place would be a shop without orders.
fn must_be_new(data_dir: &Path, cluster: &Cluster) -> Result<(), EngineError> {
    let both = [Server::First, Server::Second];
    match both.iter().find(|one| data_dir.join(one.folder()).exists()) {
        None => Ok(()),
        Some(there) => Err(cluster.unusable(&format!(
            "it is missing, and there is {} (souk promote lets that one lead)",
            there.folder()
        ))),
    }
}

fn url(port: u16, name: &str, password: &str) -> String {
    format!("postgres://{name}:{password}@127.0.0.1:{port}/{name}?sslmode=disable")
}

/// A role and its database of the same name.
#[derive(Debug, Clone, Copy)]
pub struct Database<'a> {
    /// Name of both.
    pub name: &'a str,
    /// The role's password: letters, digits, `-` and `_`, so that it can stand in a URL.
    pub password: &'a str,
}
