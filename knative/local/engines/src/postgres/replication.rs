//! What a primary and its replica are asked and told, in SQL, as the superuser.

use std::time::Duration;

use sqlx::{ConnectOptions as _, PgConnection, Row as _, query};
use tokio::time::timeout;

use super::databases::silent;

/// The replica's name at the primary, and the name of the slot that keeps the log for it.
pub(super) const REPLICA: &str = "souk_replica";
/// A server that does not answer within it is as good as away.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);
/// How long a replica may take to replay what it has and to lead, seconds.
const LEADS_WITHIN_SECONDS: i32 = 60;

/// Why a server could not be asked.
pub(super) type Asked<T> = Result<T, sqlx::Error>;

/// How the primary sees its replica. Positions are bytes of the write-ahead log since its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// What the primary's own disk has.
    pub(super) position: i64,
    /// `None`: nobody follows.
    pub(super) replica: Option<Follower>,
}

/// The replica, as the primary sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Follower {
    /// It has caught up and gets the log as it is written.
    pub(super) streams: bool,
    /// The primary waits for it.
    pub(super) waited_for: bool,
    /// What its disk has.
    pub(super) flushed: i64,
    /// Since it last said something.
    pub(super) silent_for: Duration,
}

/// A connection of the superuser.
pub(super) async fn connect(superuser: &str) -> Asked<PgConnection> {
    bounded(async { silent(superuser)?.connect().await }).await
}

/// How the primary sees its replica now.
pub(super) async fn look(primary: &mut PgConnection) -> Asked<Seen> {
    let select = "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint, r.state = 'streaming', r.sync_state = 'sync', \
                  (r.flush_lsn - '0/0')::bigint, \
                  extract(epoch FROM clock_timestamp() - coalesce(r.reply_time, r.backend_start))::float8 \
                  FROM (VALUES (1)) one LEFT JOIN pg_stat_replication r ON r.application_name = $1";
    let row = bounded(query(select).bind(REPLICA).fetch_one(primary)).await?;
    let follower = |streams: bool| {
        Ok::<_, sqlx::Error>(Follower {
            streams,
            waited_for: row.try_get::<Option<bool>, _>(2)?.unwrap_or_default(),
            flushed: row.try_get::<Option<i64>, _>(3)?.unwrap_or_default(),
            silent_for: Duration::try_from_secs_f64(row.try_get(4)?).unwrap_or_default(),
        })
    };
    Ok(Seen {
        position: row.try_get(0)?,
        replica: row
            .try_get::<Option<bool>, _>(1)?
            .map(follower)
            .transpose()?,
    })
}

/// Whether the primary still has all of the log that its replica lacks.
pub(super) async fn has_kept_the_log(primary: &mut PgConnection) -> Asked<bool> {
    let select = "SELECT EXISTS (SELECT FROM pg_replication_slots \
                  WHERE slot_name = $1 AND wal_status IS NOT NULL AND wal_status <> 'lost')";
    let row = bounded(query(select).bind(REPLICA).fetch_one(primary)).await?;
    row.try_get(0)
}

/// Lets the primary keep the log from here on for a replica that is about to be made.
pub(super) async fn keep_the_log(primary: &mut PgConnection) -> Asked<()> {
    for statement in [
        "SELECT pg_terminate_backend(active_pid, 2000) FROM pg_replication_slots \
         WHERE slot_name = $1 AND active_pid IS NOT NULL",
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1",
        "SELECT pg_create_physical_replication_slot($1, true)",
    ] {
        bounded(query(statement).bind(REPLICA).execute(&mut *primary)).await?;
    }
    Ok(())
}

/// How much of the log a replica has on its disk, in bytes since its beginning.
pub(super) async fn received(replica: &mut PgConnection) -> Asked<i64> {
    let select =
        "SELECT (greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0')::bigint";
    let row = bounded(query(select).fetch_one(replica)).await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.unwrap_or_default())
}

/// Lets a server lead that has followed, and waits until it does. One that leads already goes on.
pub(super) async fn lead(replica: &mut PgConnection) -> Asked<()> {
    let select = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_promote(true, $1) ELSE true END";
    let row = query(select).bind(LEADS_WITHIN_SECONDS).fetch_one(replica);
    match row.await?.try_get(0)? {
        true => Ok(()),
        false => Err(sqlx::Error::PoolTimedOut),
    }
}

/// A position as PostgreSQL writes it, such as `0/3000060`.
pub(super) fn written(position: i64) -> String {
    format!("{:X}/{:X}", position >> 32, position & 0xffff_ffff)
}

async fn bounded<T>(asked: impl Future<Output = Asked<T>>) -> Asked<T> {
    timeout(ANSWERED_WITHIN, asked)
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_written_as_postgresql_writes_them() {
        assert_eq!(written(0x3000060), "0/3000060");
        assert_eq!(written(0x1_0000_0010), "1/10");
    }
}
