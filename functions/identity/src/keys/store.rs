//! The table `signing_keys`.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, PgExecutor};

use super::ring::Term;

/// Instances that start or rotate at once come one after the other.
const LOCK: i64 = 0x736f_756b_6b65_7973;

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(super) struct Row {
    pub(super) key_id: String,
    pub(super) sealed: Vec<u8>,
    pub(super) public_key_pem: String,
    pub(super) published_at: DateTime<Utc>,
    pub(super) signs_from: DateTime<Utc>,
    pub(super) retires_at: Option<DateTime<Utc>>,
}

/// All of them, in the order of their signing.
pub(super) async fn all(executor: impl PgExecutor<'_>) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as("select * from signing_keys order by signs_from, key_id")
        .fetch_all(executor)
        .await
}

/// Lets nobody else change keys until the transaction ends.
pub(super) async fn lock(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(conn)
        .await
        .map(drop)
}

/// A new one.
pub(super) async fn insert(conn: &mut PgConnection, row: &Row) -> Result<(), sqlx::Error> {
    let insert = "insert into signing_keys (key_id, sealed, public_key_pem, published_at, signs_from, retires_at) \
                  values ($1, $2, $3, $4, $5, $6)";
    sqlx::query(insert)
        .bind(&row.key_id)
        .bind(&row.sealed)
        .bind(&row.public_key_pem)
        .bind(row.published_at)
        .bind(row.signs_from)
        .bind(row.retires_at)
        .execute(conn)
        .await
        .map(drop)
}

/// Takes one away; whether it was there.
pub(super) async fn delete(conn: &mut PgConnection, key_id: &str) -> Result<bool, sqlx::Error> {
    let delete = sqlx::query("delete from signing_keys where key_id = $1").bind(key_id);
    Ok(delete.execute(conn).await?.rows_affected() > 0)
}

/// Takes those away that are believed no more.
pub(super) async fn delete_retired(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from signing_keys where retires_at <= $1")
        .bind(now)
        .execute(conn)
        .await
        .map(drop)
}

/// Writes down when a key retires.
pub(super) async fn retire(conn: &mut PgConnection, term: &Term) -> Result<(), sqlx::Error> {
    sqlx::query("update signing_keys set retires_at = $2 where key_id = $1")
        .bind(&term.key_id)
        .bind(term.retires_at)
        .execute(conn)
        .await
        .map(drop)
}
