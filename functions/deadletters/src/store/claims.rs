//! Who works on a dead letter: it is claimed, sent, and then written down how it went. No transaction stays open meanwhile.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgPool, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{
    Failed, Kept,
    dead_letters::{Wanted, narrow},
    row::{COLUMNS, Row},
    storable,
};

/// Longer than any redrive lasts: who has claimed a letter and died holds it no longer than this.
const CLAIMED_FOR: TimeDelta = TimeDelta::seconds(60);

/// Which letters are to be dealt with.
#[derive(Clone, Debug)]
pub(crate) enum Picked {
    /// These.
    Ids(Vec<Uuid>),
    /// Those that are open and match; so many at most, those tried least first, then the oldest.
    Matching(Wanted, usize),
}

/// One who works on letters, and since when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    /// Made for one request.
    pub(crate) id: Uuid,
    /// By the function's clock.
    pub(crate) now: DateTime<Utc>,
    /// The account or client.
    pub(crate) by: Uuid,
}

/// Claims those that are open and that nobody else works on, and answers them whole.
pub(crate) async fn claim(
    pool: &PgPool,
    picked: &Picked,
    claim: &Claim,
) -> Result<Vec<Kept>, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new("update dead_letters set claim = ");
    query.push_bind(claim.id).push(", claimed_until = ");
    query.push_bind(claim.now + CLAIMED_FOR);
    free(&mut query, picked, claim);
    query.push(format!(" returning {COLUMNS}"));
    let rows: Vec<Row> = query.build_query_as().fetch_all(pool).await?;
    Ok(rows.into_iter().map(Row::kept).collect())
}

/// Discards those that are open and that nobody works on; answers which.
pub(crate) async fn discard(
    pool: &PgPool,
    picked: &Picked,
    claim: &Claim,
    reason: &str,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new(
        "update dead_letters set status = 'discarded', claim = null, claimed_until = null, settled_at = ",
    );
    query.push_bind(claim.now).push(", settled_by = ");
    query.push_bind(claim.by).push(", discard_reason = ");
    query.push_bind(storable(reason));
    free(&mut query, picked, claim);
    query.push(" returning dead_letter_id");
    query.build_query_scalar().fetch_all(pool).await
}

/// Its subscriber has taken it.
pub(crate) async fn taken(pool: &PgPool, id: Uuid, claim: &Claim) -> Result<(), sqlx::Error> {
    let update = "update dead_letters set status = 'redriven', attempts = attempts + 1, settled_at = $3, settled_by = $4, \
                  claim = null, claimed_until = null where dead_letter_id = $1 and claim = $2";
    let query = sqlx::query(update).bind(id).bind(claim.id).bind(claim.now);
    query.bind(claim.by).execute(pool).await.map(drop)
}

/// Its subscriber has not taken it: it stays open, and this is why.
pub(crate) async fn failed(
    pool: &PgPool,
    id: Uuid,
    claim: &Claim,
    error: &Failed,
) -> Result<(), sqlx::Error> {
    let update = "update dead_letters set attempts = attempts + 1, failed_at = $3, error_code = $4, error_body = $5, \
                  claim = null, claimed_until = null where dead_letter_id = $1 and claim = $2";
    let query = sqlx::query(update).bind(id).bind(claim.id).bind(claim.now);
    let query = query
        .bind(error.code.map(i32::from))
        .bind(error.body.as_deref().map(storable));
    query.execute(pool).await.map(drop)
}

/// They were not tried: anybody may claim them again.
pub(crate) async fn release(pool: &PgPool, claim: &Claim) -> Result<(), sqlx::Error> {
    let update = "update dead_letters set claim = null, claimed_until = null where claim = $1";
    sqlx::query(update)
        .bind(claim.id)
        .execute(pool)
        .await
        .map(drop)
}

/// How many open letters match.
pub(crate) async fn count_open(pool: &PgPool, wanted: &Wanted) -> Result<u64, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new("select count(*) from dead_letters where true");
    narrow(&mut query, wanted);
    let count: i64 = query.build_query_scalar().fetch_one(pool).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Of those that are picked the ones that are open and free. Two at once do not get the same one: the second waits for the row
/// and then sees that it is not free, or passes it over.
fn free(query: &mut QueryBuilder<Postgres>, picked: &Picked, claim: &Claim) {
    match picked {
        Picked::Ids(ids) => {
            query.push(" where dead_letter_id = any(");
            query.push_bind(ids.clone()).push(")");
        }
        Picked::Matching(wanted, most) => {
            query.push(
                " where dead_letter_id in (select dead_letter_id from dead_letters where true",
            );
            narrow(query, wanted);
            unclaimed(query, claim);
            query.push(" order by attempts, arrived_at, dead_letter_id limit ");
            query.push_bind(i64::try_from(*most).unwrap_or(i64::MAX));
            query.push(" for update skip locked)");
        }
    }
    unclaimed(query, claim);
}

fn unclaimed(query: &mut QueryBuilder<Postgres>, claim: &Claim) {
    query.push(" and status = 'open' and (claimed_until is null or claimed_until <= ");
    query.push_bind(claim.now).push(")");
}
