//! The table `ledger`. Whoever writes to it holds the lock of the payment, except for [`release`].

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::row::EntryRow;
use crate::domain::Entry;

/// Writes a new entry.
pub(crate) async fn insert(conn: &mut PgConnection, entry: &Entry) -> Result<(), sqlx::Error> {
    let insert = "insert into ledger (entry_id, order_id, kind, amount_minor, outcome, asked_by, claimed_until, opened_at) \
                  values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let query = sqlx::query(insert)
        .bind(entry.entry_id)
        .bind(entry.order_id)
        .bind(entry.kind.name())
        .bind(entry.amount_minor)
        .bind(entry.outcome.name())
        .bind(entry.asked_by)
        .bind(entry.claimed_until)
        .bind(entry.opened_at);
    query.execute(conn).await.map(drop)
}

/// The entry of that id.
pub(crate) async fn find(
    conn: &mut PgConnection,
    entry_id: Uuid,
) -> Result<Option<Entry>, sqlx::Error> {
    let row: Option<EntryRow> = sqlx::query_as("select * from ledger where entry_id = $1")
        .bind(entry_id)
        .fetch_optional(conn)
        .await?;
    row.map(EntryRow::entry).transpose()
}

/// The one entry of an order whose answer is not known.
pub(crate) async fn find_open(
    conn: &mut PgConnection,
    order_id: Uuid,
) -> Result<Option<Entry>, sqlx::Error> {
    let select = "select * from ledger where order_id = $1 and outcome = 'open'";
    let row: Option<EntryRow> = sqlx::query_as(select)
        .bind(order_id)
        .fetch_optional(conn)
        .await?;
    row.map(EntryRow::entry).transpose()
}

/// Whether somebody is asking about an order at this time. It is looked at without a lock: a moment later it may be otherwise.
pub(crate) async fn is_asked_about(
    pool: &PgPool,
    order_id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let select = "select exists(select from ledger where order_id = $1 and outcome = 'open' and claimed_until > $2)";
    let query = sqlx::query_scalar(select).bind(order_id).bind(now);
    query.fetch_one(pool).await
}

/// All entries of an order, oldest first.
pub(crate) async fn history(pool: &PgPool, order_id: Uuid) -> Result<Vec<Entry>, sqlx::Error> {
    let select = "select * from ledger where order_id = $1 order by opened_at, entry_id";
    let rows: Vec<EntryRow> = sqlx::query_as(select)
        .bind(order_id)
        .fetch_all(pool)
        .await?;
    rows.into_iter().map(EntryRow::entry).collect()
}

/// Writes until when an open entry is being asked about.
pub(crate) async fn claim(conn: &mut PgConnection, entry: &Entry) -> Result<(), sqlx::Error> {
    sqlx::query("update ledger set claimed_until = $2 where entry_id = $1")
        .bind(entry.entry_id)
        .bind(entry.claimed_until)
        .execute(conn)
        .await
        .map(drop)
}

/// Gives a claim back, unless it has expired and somebody else has claimed since.
pub(crate) async fn release(pool: &PgPool, entry: &Entry) -> Result<(), sqlx::Error> {
    let update =
        "update ledger set claimed_until = null where entry_id = $1 and claimed_until = $2";
    sqlx::query(update)
        .bind(entry.entry_id)
        .bind(entry.claimed_until)
        .execute(pool)
        .await
        .map(drop)
}

/// Writes what has come of an entry.
pub(crate) async fn close(conn: &mut PgConnection, entry: &Entry) -> Result<(), sqlx::Error> {
    let update = "update ledger set outcome = $2, reason = $3, provider_reference = $4, claimed_until = null, \
                  closed_at = $5 where entry_id = $1";
    let query = sqlx::query(update)
        .bind(entry.entry_id)
        .bind(entry.outcome.name())
        .bind(entry.outcome.reason())
        .bind(&entry.provider_reference)
        .bind(entry.closed_at);
    query.execute(conn).await.map(drop)
}

/// Orders with an open entry that nobody is asking about; in no order, so that one that hangs is not always the first.
pub(crate) async fn left_open(
    pool: &PgPool,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let select = "select order_id from ledger \
                  where outcome = 'open' and (claimed_until is null or claimed_until <= $1) \
                  order by random() limit $2";
    sqlx::query_scalar(select)
        .bind(now)
        .bind(limit)
        .fetch_all(pool)
        .await
}
