//! The table `dead_letters`: what comes, what is shown, what goes.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use souk_kit::page::PageQuery;
use sqlx::{PgPool, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{
    Kept,
    row::{COLUMNS, Row, SUMMARY},
    storable,
};
use crate::domain::{DeadLetter, Status};

const KEPT_FOR: TimeDelta = TimeDelta::days(30);
/// More than one comes in while these go, so that the table shrinks after a bad day.
const PRUNED_AT_ONCE: i64 = 50;

/// Where a page of a list begins: after this dead letter.
pub(crate) type Position = (DateTime<Utc>, Uuid);

/// Which dead letters are meant.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Of this type; of any without.
    pub(crate) event_type: Option<String>,
    /// Not taken by this function, or at this address; by anybody without.
    pub(crate) destination: Option<String>,
    /// Not older than this.
    pub(crate) since: Option<DateTime<Utc>>,
    /// With this status; with any without.
    pub(crate) status: Option<Status>,
}

impl Wanted {
    /// All that are open.
    pub(crate) fn open() -> Self {
        Self {
            event_type: None,
            destination: None,
            since: None,
            status: Some(Status::Open),
        }
    }
}

/// What an arriving letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It was never here.
    New(Uuid),
    /// It was dealt with, and has failed again: it is open again.
    Again(Uuid),
    /// It is here, and open.
    Known,
}

/// Keeps a dead letter. One that was redriven or discarded and comes again is open again, with what the broker says now.
pub(crate) async fn insert(
    pool: &PgPool,
    dead_letter_id: Uuid,
    letter: &DeadLetter,
    arrived_at: DateTime<Utc>,
) -> Result<Arrival, sqlx::Error> {
    let insert = "insert into dead_letters (dead_letter_id, fingerprint, event_type, destination_url, destination, \
                  attributes, data, arrived_at) values ($1, $2, $3, $4, $5, $6::json, $7, $8) \
                  on conflict (fingerprint) do update set status = 'open', attributes = excluded.attributes, \
                  data = excluded.data, arrived_at = excluded.arrived_at, failed_at = null, error_code = null, \
                  error_body = null, claim = null, claimed_until = null, settled_at = null, settled_by = null, \
                  discard_reason = null \
                  where dead_letters.status <> 'open' returning dead_letter_id";
    let query = sqlx::query_scalar(insert)
        .bind(dead_letter_id)
        .bind(letter.fingerprint())
        .bind(storable(letter.text("type").unwrap_or_default()))
        .bind(storable(letter.destination_url().unwrap_or_default()))
        .bind(storable(&letter.destination().unwrap_or_default()))
        .bind(Value::Object(letter.attributes.clone()).to_string())
        .bind(&letter.data)
        .bind(arrived_at);
    let kept: Option<Uuid> = query.fetch_optional(pool).await?;
    Ok(match kept {
        Some(kept) if kept == dead_letter_id => Arrival::New(kept),
        Some(kept) => Arrival::Again(kept),
        None => Arrival::Known,
    })
}

/// Deletes some of what is too old. Another instance that does the same is not waited for.
pub(crate) async fn prune(pool: &PgPool, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let delete = "delete from dead_letters where dead_letter_id in (\
                  select dead_letter_id from dead_letters where arrived_at < $1 \
                  order by arrived_at limit $2 for update skip locked)";
    let query = sqlx::query(delete)
        .bind(now - KEPT_FOR)
        .bind(PRUNED_AT_ONCE);
    query.execute(pool).await.map(drop)
}

/// One dead letter, whole.
pub(crate) async fn find(pool: &PgPool, dead_letter_id: Uuid) -> Result<Option<Kept>, sqlx::Error> {
    let select = format!("select {COLUMNS} from dead_letters where dead_letter_id = $1");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(select)).bind(dead_letter_id);
    let row: Option<Row> = query.fetch_optional(pool).await?;
    Ok(row.map(Row::kept))
}

/// One page of dead letters, newest first, and one more if there is one.
pub(crate) async fn list(
    pool: &PgPool,
    wanted: &Wanted,
    after: Option<Position>,
    page: &PageQuery,
) -> Result<Vec<Kept>, sqlx::Error> {
    let mut query =
        QueryBuilder::<Postgres>::new(format!("select {SUMMARY} from dead_letters where true"));
    narrow(&mut query, wanted);
    if let Some((arrived_at, dead_letter_id)) = after {
        query.push(" and (arrived_at, dead_letter_id) < (");
        query.push_bind(arrived_at).push(", ");
        query.push_bind(dead_letter_id).push(")");
    }
    query
        .push(" order by arrived_at desc, dead_letter_id desc limit ")
        .push_bind(page.fetch());
    let rows: Vec<Row> = query.build_query_as().fetch_all(pool).await?;
    Ok(rows.into_iter().map(Row::kept).collect())
}

/// Adds the conditions, each after an `and`.
pub(super) fn narrow(query: &mut QueryBuilder<Postgres>, wanted: &Wanted) {
    if let Some(event_type) = &wanted.event_type {
        query
            .push(" and event_type = ")
            .push_bind(event_type.clone());
    }
    if let Some(destination) = &wanted.destination {
        query
            .push(" and ")
            .push_bind(destination.clone())
            .push(" in (destination, destination_url)");
    }
    if let Some(since) = wanted.since {
        query.push(" and arrived_at >= ").push_bind(since);
    }
    match wanted.status {
        // Written out, so that the index of the open ones serves.
        Some(Status::Open) => {
            query.push(" and status = 'open'");
        }
        Some(status) => {
            query.push(" and status = ").push_bind(status.name());
        }
        None => {}
    }
}
