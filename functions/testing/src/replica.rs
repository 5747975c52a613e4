//! PostgreSQL with a streaming replica: two real servers.

use std::time::Duration;

use sqlx::{Connection, PgConnection, PgPool, query, query_scalar};
use tokio::{task::spawn_blocking, time::sleep};

use crate::{cluster::Cluster, postgres::create};

const DATABASE: &str = "replicated";
const ASKED_EVERY: Duration = Duration::from_millis(5);

/// A server and its replica, which follows until it is told to halt.
pub struct Replicated {
    primary: Cluster,
    replica: Option<Cluster>,
    read_url: String,
}

impl Replicated {
    /// Starts both, with one empty database.
    ///
    /// # Panics
    /// If there is no PostgreSQL on this machine; the text says what to type.
    pub async fn start() -> Self {
        let primary = blocking(Cluster::start).await;
        let server = primary.url("postgres");
        let start = async {
            create(&server, DATABASE).await?;
            let mut session = PgConnection::connect(&server).await?;
            query("select pg_backup_start('replica', true)")
                .execute(&mut session)
                .await?;
            let copy = primary.copy_files().map_err(sqlx::Error::Io)?;
            let stop = "select labelfile from pg_backup_stop(false)";
            let label: String = query_scalar(stop).fetch_one(&mut session).await?;
            Ok::<_, sqlx::Error>((copy, label))
        };
        let (copy, label) = start
            .await
            .unwrap_or_else(|error| panic!("no backup: {error}"));
        let (primary, replica) = blocking(move || {
            let replica = Cluster::start_replica(&primary, copy, &label)?;
            Ok((primary, replica))
        })
        .await;
        let read_url = replica.url(DATABASE);
        Self {
            primary,
            replica: Some(replica),
            read_url,
        }
    }

    /// For `DATABASE_URL`.
    pub fn url(&self) -> String {
        self.primary.url(DATABASE)
    }

    /// For `DATABASE_READ_URL`.
    pub fn read_url(&self) -> &str {
        &self.read_url
    }

    /// Lets the replica stay behind from now on; what was written before it has.
    ///
    /// # Panics
    /// If one of them does not answer.
    pub async fn halt(&self) {
        self.catch_up()
            .await
            .unwrap_or_else(|error| panic!("the replica: {error}"));
        self.tell("select pg_wal_replay_pause()").await;
    }

    /// Lets it follow again.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn follow(&self) {
        self.tell("select pg_wal_replay_resume()").await;
    }

    /// Ends the replica. The other goes on for as long as this value lives.
    ///
    /// # Panics
    /// If the thread that waits for its end is gone.
    pub async fn lose(&mut self) {
        if let Some(replica) = self.replica.take() {
            blocking(move || {
                replica.stop();
                Ok(())
            })
            .await;
        }
    }

    /// A replica does not say when it has caught up; it is asked until it has.
    async fn catch_up(&self) -> Result<(), sqlx::Error> {
        let mut primary = PgConnection::connect(&self.url()).await?;
        let written = query_scalar::<_, String>("select pg_current_wal_insert_lsn()::text");
        let written = written.fetch_one(&mut primary).await?;
        let mut replica = PgConnection::connect(self.read_url()).await?;
        let caught_up = "select pg_last_wal_replay_lsn() >= $1::pg_lsn";
        while !query_scalar(caught_up)
            .bind(&written)
            .fetch_one(&mut replica)
            .await?
        {
            sleep(ASKED_EVERY).await;
        }
        Ok(())
    }

    async fn tell(&self, what: &'static str) {
        let told = async {
            let pool = PgPool::connect(self.read_url()).await?;
            query(what).execute(&pool).await
        };
        told.await
            .unwrap_or_else(|error| panic!("the replica: {error}"));
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> T {
    match spawn_blocking(work).await {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => panic!("{error}"),
        Err(error) => panic!("{error}"),
    }
}
