//! The pool, and the tables as they should be: the kit's own first, the function's then.

use std::{str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, PgPool, Row,
    migrate::{Migration, MigrationType, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{Reader, StartError};

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);
/// A connection that rested longer is asked for a sign of life before it is used.
const TRUSTED_FOR: Duration = Duration::from_secs(20);
const MAX_CONNECTIONS_USUAL: u32 = 8;
const KIT_TABLE: &str = "_kit_migrations";

/// Reads `DATABASE_URL` and `DATABASE_MAX_CONNECTIONS`, for [`connect`].
pub fn database_settings(r: &mut Reader<'_>) -> Option<(String, u32)> {
    let url = r.required_with("DATABASE_URL", |url| {
        PgConnectOptions::from_str(url).map(|_| url.to_owned())
    });
    let max = r.optional("DATABASE_MAX_CONNECTIONS", MAX_CONNECTIONS_USUAL);
    Some((url?, max?))
}

/// A pool of at most `max` connections to a database whose tables are up to date.
pub async fn connect(url: &str, migrations: &Migrator, max: u32) -> Result<PgPool, StartError> {
    let pool = pool(PgConnectOptions::from_str(url)?, max);
    let kit = kit_migrator();
    if !up_to_date(&pool, &[&kit, migrations]).await? {
        kit.run(&pool).await?;
        migrations.run(&pool).await?;
    }
    Ok(pool)
}

fn pool(options: PgConnectOptions, max: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(max)
        .min_connections(0)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, resting| {
            Box::pin(async move {
                if resting.idle_for > TRUSTED_FOR {
                    sqlx::Connection::ping(connection).await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options)
}

/// Whether every migration is there already, asked in one query: this is what a function that wakes up waits for.
async fn up_to_date(pool: &PgPool, migrators: &[&Migrator]) -> Result<bool, sqlx::Error> {
    let applied = |migrator: &&Migrator| {
        format!(
            "select version, checksum, success from {}",
            migrator.table_name
        )
    };
    let query = migrators
        .iter()
        .map(applied)
        .collect::<Vec<_>>()
        .join(" union all ");
    let rows = match sqlx::query(AssertSqlSafe(query)).fetch_all(pool).await {
        Ok(rows) => rows,
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => {
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let mut missing: Vec<_> = migrators
        .iter()
        .flat_map(|migrator| migrator.iter())
        .filter(|m| up(m))
        .collect();
    for row in &rows {
        let (version, checksum, success): (i64, Vec<u8>, bool) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let known = missing
            .iter()
            .position(|m| m.version == version && *m.checksum == checksum[..]);
        match known {
            Some(at) if success => drop(missing.swap_remove(at)),
            _ => return Ok(false),
        }
    }
    Ok(missing.is_empty())
}

fn up(migration: &Migration) -> bool {
    migration.migration_type != MigrationType::ReversibleDown
}

fn kit_migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("./migrations");
    migrator.dangerous_set_table_name(KIT_TABLE);
    migrator
}
