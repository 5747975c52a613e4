//! The table `dead_letters`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use souk_kit::page::PageQuery;
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use crate::domain::DeadLetter;

const KEPT_FOR: TimeDelta = TimeDelta::days(30);
/// More than one comes in while these go, so that the table shrinks after a bad day.
const PRUNED_AT_ONCE: i64 = 50;

/// Where a page of a list begins: after this dead letter.
pub(crate) type Position = (DateTime<Utc>, Uuid);

/// Which dead letters a list shows.
pub(crate) struct Wanted {
    /// Of this type; of any without.
    pub(crate) event_type: Option<String>,
    /// Not taken by this function, or at this address; by anybody without.
    pub(crate) destination: Option<String>,
    /// Not older than this.
    pub(crate) since: Option<DateTime<Utc>>,
}

/// A dead letter in the store.
pub(crate) struct Kept {
    pub(crate) dead_letter_id: Uuid,
    pub(crate) arrived_at: DateTime<Utc>,
    /// Without its data where it comes from a list.
    pub(crate) letter: DeadLetter,
}

#[derive(FromRow)]
struct Row {
    dead_letter_id: Uuid,
    arrived_at: DateTime<Utc>,
    attributes: Json<Map<String, Value>>,
    data: Option<Vec<u8>>,
}

/// Keeps a dead letter; whether it was new.
pub(crate) async fn insert(
    pool: &PgPool,
    dead_letter_id: Uuid,
    letter: &DeadLetter,
    arrived_at: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let insert = "insert into dead_letters (dead_letter_id, fingerprint, event_type, destination_url, destination, \
                  attributes, data, arrived_at) values ($1, $2, $3, $4, $5, $6::json, $7, $8) \
                  on conflict (fingerprint) do nothing";
    let query = sqlx::query(insert)
        .bind(dead_letter_id)
        .bind(letter.fingerprint())
        .bind(storable(letter.text("type").unwrap_or_default()))
        .bind(storable(letter.destination_url().unwrap_or_default()))
        .bind(storable(&letter.destination().unwrap_or_default()))
        .bind(Value::Object(letter.attributes.clone()).to_string())
        .bind(&letter.data)
        .bind(arrived_at);
    Ok(query.execute(pool).await?.rows_affected() > 0)
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
    let select = "select dead_letter_id, arrived_at, attributes, data from dead_letters where dead_letter_id = $1";
    let query = sqlx::query_as(select).bind(dead_letter_id);
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
    let mut query = QueryBuilder::<Postgres>::new(
        "select dead_letter_id, arrived_at, attributes, null::bytea as data from dead_letters where true",
    );
    if let Some(event_type) = &wanted.event_type {
        query.push(" and event_type = ").push_bind(event_type);
    }
    if let Some(destination) = &wanted.destination {
        query
            .push(" and ")
            .push_bind(destination)
            .push(" in (destination, destination_url)");
    }
    if let Some(since) = wanted.since {
        query.push(" and arrived_at >= ").push_bind(since);
    }
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

/// PostgreSQL's text knows every character but this one.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

impl Row {
    fn kept(self) -> Kept {
        Kept {
            dead_letter_id: self.dead_letter_id,
            arrived_at: self.arrived_at,
            letter: DeadLetter {
                attributes: self.attributes.0,
                data: self.data,
            },
        }
    }
}
