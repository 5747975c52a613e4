//! The tables `login_failures` and `known_sources`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::{
    pace::{FORGOTTEN_AFTER, Failures},
    source::Source,
};

/// Stands for all unknown places together.
pub(super) const ANYWHERE: &[u8] = b"";
/// So many rows that nobody needs any more are removed at each failure, so that the table does not grow.
const SWEPT_AT_ONCE: i64 = 10;

/// The failures of an account from one place.
pub(super) async fn failures(
    db: impl PgExecutor<'_>,
    account_key: &[u8],
    source: &[u8],
) -> Result<Option<Failures>, sqlx::Error> {
    let select = "select failures, last_failed_at from login_failures where account_key = $1 and source = $2";
    let row: Option<(i32, DateTime<Utc>)> = sqlx::query_as(select)
        .bind(account_key)
        .bind(source)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|(count, last_at)| Failures {
        count: count.unsigned_abs(),
        last_at,
    }))
}

/// Counts one more failure at each of these places.
pub(super) async fn count(
    db: impl PgExecutor<'_>,
    account_key: &[u8],
    sources: &[&[u8]],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let upsert = "insert into login_failures as f (account_key, source, failures, last_failed_at) \
                  select $1, source, 1, $3 from unnest($2::bytea[]) as source order by source \
                  on conflict (account_key, source) do update set \
                  failures = case when f.last_failed_at <= $4 then 1 else least(f.failures, 1000000) + 1 end, \
                  last_failed_at = greatest(f.last_failed_at, $3)";
    sqlx::query(upsert)
        .bind(account_key)
        .bind(sources)
        .bind(now)
        .bind(now - FORGOTTEN_AFTER)
        .execute(db)
        .await
        .map(drop)
}

/// Removes some of the rows that are forgotten; others may be removing them too.
pub(super) async fn sweep(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let delete = "delete from login_failures where (account_key, source) in \
                  (select account_key, source from login_failures where last_failed_at <= $1 \
                   order by last_failed_at limit $2 for update skip locked)";
    sqlx::query(delete)
        .bind(now - FORGOTTEN_AFTER)
        .bind(SWEPT_AT_ONCE)
        .execute(db)
        .await
        .map(drop)
}

/// Forgets the failures from one place.
pub(super) async fn forgive(
    db: impl PgExecutor<'_>,
    account_key: &[u8],
    source: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from login_failures where account_key = $1 and source = $2")
        .bind(account_key)
        .bind(source)
        .execute(db)
        .await
        .map(drop)
}

/// Forgets every failure of an account.
pub(super) async fn forgive_all(
    db: impl PgExecutor<'_>,
    account_key: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from login_failures where account_key = $1")
        .bind(account_key)
        .execute(db)
        .await
        .map(drop)
}

/// Those of these places that the account has logged in from since then, and when.
pub(super) async fn known(
    db: impl PgExecutor<'_>,
    account_key: &[u8],
    sources: &[Source],
    since: DateTime<Utc>,
) -> Result<Vec<(Vec<u8>, DateTime<Utc>)>, sqlx::Error> {
    let sources: Vec<&[u8]> = sources.iter().map(<[u8; 32]>::as_slice).collect();
    let select = "select source, last_login_at from known_sources \
                  where account_key = $1 and source = any($2) and last_login_at > $3";
    sqlx::query_as(select)
        .bind(account_key)
        .bind(sources)
        .bind(since)
        .fetch_all(db)
        .await
}

/// Notes that the account has logged in from a place.
pub(super) async fn remember(
    db: impl PgExecutor<'_>,
    account_key: &[u8],
    source: &[u8],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let upsert = "insert into known_sources as k (account_key, source, last_login_at) values ($1, $2, $3) \
                  on conflict (account_key, source) do update set last_login_at = greatest(k.last_login_at, $3)";
    sqlx::query(upsert)
        .bind(account_key)
        .bind(source)
        .bind(now)
        .execute(db)
        .await
        .map(drop)
}

/// Forgets the places of an account that have not been seen since then; all of them with a time that is to come.
pub(super) async fn forget_places(
    db: impl PgExecutor<'_>,
    account_key: &[u8],
    seen_before: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from known_sources where account_key = $1 and last_login_at <= $2")
        .bind(account_key)
        .bind(seen_before)
        .execute(db)
        .await
        .map(drop)
}
