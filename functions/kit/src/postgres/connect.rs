//! Pools: one to the database whose tables are up to date, and one to its replica.

use std::{str::FromStr, time::Duration};

use sqlx::{
    PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::migrate::bring_up_to_date;
use crate::{Reader, StartError, telemetry::database};

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);
/// A connection that rested longer is asked for a sign of life before it is used: after the database was started again, or another server
/// leads, each of the pool's connections would otherwise fail somebody. Under load none rests that long.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
const MAX_CONNECTIONS_USUAL: u32 = 8;
/// There is the database itself to fall back to.
const REPLICA_ACQUIRE_TIMEOUT: Duration = Duration::from_millis(500);
/// What the server does with a session of ours. A process that is frozen or cut off in the middle of a transaction must not keep the rows
/// which it has locked from the others; should it come back, its commit fails, and that is right. They travel with the first message
/// and cost no time; a pooler in between has to let `options` through.
const SESSION: [(&str, &str); 8] = [
    ("idle_in_transaction_session_timeout", "10s"),
    ("lock_timeout", "5s"),
    ("statement_timeout", "15s"),
    ("client_connection_check_interval", "5s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "15s"),
];

/// Reads `DATABASE_URL` and `DATABASE_MAX_CONNECTIONS`, for [`connect`].
pub fn database_settings(r: &mut Reader<'_>) -> Option<(String, u32)> {
    let url = database_url(r);
    let max = r.optional("DATABASE_MAX_CONNECTIONS", MAX_CONNECTIONS_USUAL);
    Some((url?, max?))
}

/// Reads `DATABASE_READ_URL`, for [`super::Outbox::with_replica`]: where lists are read, if not in the database itself.
pub fn replica_settings(r: &mut Reader<'_>) -> Option<Option<PgPool>> {
    let url = r.maybe::<PgConnectOptions>("DATABASE_READ_URL");
    let max = r.optional("DATABASE_MAX_CONNECTIONS", MAX_CONNECTIONS_USUAL);
    let (url, max) = (url?, max?);
    Some(url.map(|url| pool(url, max, REPLICA_ACQUIRE_TIMEOUT)))
}

/// A pool of at most `max` connections to a database whose tables are up to date.
pub async fn connect(url: &str, migrations: &Migrator, max: u32) -> Result<PgPool, StartError> {
    let options = PgConnectOptions::from_str(url)?;
    if let Some(name) = options.get_database() {
        database::is_called(name);
    }
    let pool = pool(options.clone(), max, ACQUIRE_TIMEOUT);
    bring_up_to_date(&pool, &options, migrations).await?;
    Ok(pool)
}

/// Reads `DATABASE_URL`.
pub(super) fn database_url(r: &mut Reader<'_>) -> Option<String> {
    r.required_with("DATABASE_URL", |url| {
        PgConnectOptions::from_str(url).map(|_| url.to_owned())
    })
}

/// With every session bounded by [`SESSION`].
fn pool(options: PgConnectOptions, max: u32, acquire_timeout: Duration) -> PgPool {
    PgPoolOptions::new()
        .max_connections(max)
        .min_connections(0)
        .acquire_timeout(acquire_timeout)
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
        .connect_lazy_with(options.options(SESSION))
}
