//! A database for one test.

use souk_kit::postgres::connect;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, migrate::Migrator, raw_sql};
use tokio::{sync::OnceCell, task::spawn_blocking};
use uuid::Uuid;

use crate::cluster::Cluster;

const CONNECTIONS_MAX: u32 = 8;

/// A pool on a new database with the kit's tables and these.
///
/// # Panics
/// If there is no PostgreSQL on this machine; the text says what to type.
pub async fn postgres(migrations: &Migrator) -> PgPool {
    let url = postgres_url().await;
    connect(&url, migrations, CONNECTIONS_MAX)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The address of a new, empty database.
///
/// # Panics
/// If there is no PostgreSQL on this machine; the text says what to type.
pub async fn postgres_url() -> String {
    let cluster = cluster().await;
    let name = format!("test_{}", Uuid::now_v7().simple());
    create(&cluster.url("postgres"), &name)
        .await
        .unwrap_or_else(|error| panic!("no new database: {error}"));
    cluster.url(&name)
}

async fn cluster() -> &'static Cluster {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    let start = async || match spawn_blocking(Cluster::start).await {
        Ok(Ok(cluster)) => cluster,
        Ok(Err(error)) => panic!("{error}"),
        Err(error) => panic!("{error}"),
    };
    CLUSTER.get_or_init(start).await
}

pub(crate) async fn create(url: &str, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    // The name is made of letters and digits above.
    raw_sql(AssertSqlSafe(format!("create database {name}")))
        .execute(&mut connection)
        .await?;
    connection.close().await
}
