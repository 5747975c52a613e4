//! Keys in PostgreSQL: for handlers that store the answer in their own transaction, and for the keeper.

use ::http::{HeaderMap, StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::{
    KEPT, Keeper, LEASE, Recall, ScopedKey,
    answer::{of_value, respond},
    keeper::{Claim, Kept, Shelf},
};
use crate::{
    Clock, Ids, Problem,
    postgres::{Outbox, Tx, literal},
};

/// Takes the turn of the key until the transaction ends, which is when the process dies at the latest; and the key, if it is new
/// or was used too long ago. Where there is an answer nobody needs a turn. The old release takes none, and makes others wait at
/// the row.
const TAKE: &str = "\
    with turn as materialized ( \
        select case when exists ( \
            select from idempotency_keys where caller = $1 and operation = $2 and key = $3 \
            and answer is not null and used_at >= $6 \
        ) then null \
        else pg_try_advisory_xact_lock(hashtextextended(concat_ws(' ', $1::text, $2, $3), 0)) end as is_ours \
    ), taken as ( \
        insert into idempotency_keys (caller, operation, key, fingerprint, used_at) \
        select $1, $2, $3, $4, $5 from turn where is_ours \
        on conflict (caller, operation, key) do update \
        set fingerprint = excluded.fingerprint, used_at = excluded.used_at, answer = null \
        where idempotency_keys.used_at < $6 \
        returning true \
    ) \
    select is_ours, exists (select from taken) as is_new from turn";

const LOOK_UP: &str = "select fingerprint, answer::text from idempotency_keys \
                       where caller = $1 and operation = $2 and key = $3";

/// Takes a key that is new, was used too long ago, or whose holder has died with the same request.
const CLAIM: &str = "\
    insert into idempotency_keys (caller, operation, key, fingerprint, used_at, holder, held_until) \
    values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7)) \
    on conflict (caller, operation, key) do update \
    set fingerprint = excluded.fingerprint, used_at = excluded.used_at, answer = null, \
        holder = excluded.holder, held_until = excluded.held_until \
    where idempotency_keys.used_at < $8 \
       or (idempotency_keys.answer is null and idempotency_keys.fingerprint = excluded.fingerprint \
           and idempotency_keys.held_until < clock_timestamp())";

const RENEW: &str = "update idempotency_keys set held_until = clock_timestamp() + make_interval(secs => $5) \
                     where caller = $1 and operation = $2 and key = $3 and holder = $4";

const CONCLUDE: &str = "update idempotency_keys set answer = $5::json, holder = null, held_until = null \
                        where caller = $1 and operation = $2 and key = $3 and holder = $4";

const RELEASE: &str = "delete from idempotency_keys \
                       where caller = $1 and operation = $2 and key = $3 and holder = $4";

impl Tx {
    /// What is known of a key. Whoever comes second while the first is at it is told so, and does not wait.
    pub async fn recall(&mut self, key: &ScopedKey) -> Result<Recall, sqlx::Error> {
        let now = self.now();
        let taken = sqlx::query(TAKE)
            .bind(key.caller)
            .bind(key.operation)
            .bind(&key.key)
            .bind(&key.fingerprint)
            .bind(now)
            .bind(now - KEPT)
            .fetch_one(self.conn())
            .await?;
        match (taken.try_get("is_ours")?, taken.try_get("is_new")?) {
            (Some(false), _) => Ok(Recall::InFlight),
            (Some(true), true) => Ok(Recall::New),
            (Some(true), false) | (None, _) => self.look_up(key).await,
        }
    }

    /// Stores the answer, with the commit.
    pub fn remember(
        &mut self,
        key: &ScopedKey,
        status: StatusCode,
        headers: &HeaderMap,
        body: &impl Serialize,
    ) -> Result<(), sqlx::Error> {
        let answer = of_value(status, headers, body);
        let row = literal::json(&(key.caller, key.operation, &key.key, answer))?;
        self.at_last(&format!(
            "update idempotency_keys set answer = row->3 from (select {row}::json as row) as request \
             where caller = (row->>0)::uuid and operation = row->>1 and key = row->>2"
        ));
        Ok(())
    }

    async fn look_up(&mut self, key: &ScopedKey) -> Result<Recall, sqlx::Error> {
        let query = sqlx::query_as(LOOK_UP)
            .bind(key.caller)
            .bind(key.operation)
            .bind(&key.key);
        let (fingerprint, answer): (Vec<u8>, Option<String>) = query.fetch_one(self.conn()).await?;
        match answer {
            _ if fingerprint != key.fingerprint => Ok(Recall::Mismatch),
            Some(answer) => match respond(&answer) {
                Ok(response) => Ok(Recall::Stored(response)),
                Err(error) => Err(sqlx::Error::Decode(error.into())),
            },
            // Committed without an answer: nothing was promised, so it may be done.
            None => Ok(Recall::New),
        }
    }
}

/// Deletes keys that were used too long ago. A sweep does; whoever has no outbox has to.
pub async fn forget_old(pool: &PgPool, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("delete from idempotency_keys where used_at < $1");
    delete.bind(now - KEPT).execute(pool).await.map(drop)
}

impl Keeper {
    /// Keeps keys in a database that has the kit's tables.
    pub fn postgres(pool: &PgPool, clock: &Clock, ids: &Ids) -> Self {
        let shelf = PostgresShelf {
            pool: pool.clone(),
            clock: clock.clone(),
        };
        Self::on(shelf, ids.clone())
    }
}

impl From<&Outbox> for Keeper {
    fn from(outbox: &Outbox) -> Self {
        Self::postgres(outbox.pool(), outbox.clock(), outbox.ids())
    }
}

struct PostgresShelf {
    pool: PgPool,
    clock: Clock,
}

impl PostgresShelf {
    async fn take(
        &self,
        key: &ScopedKey,
        holder: Uuid,
        now: DateTime<Utc>,
    ) -> Result<bool, sqlx::Error> {
        let done = sqlx::query(CLAIM)
            .bind(key.caller)
            .bind(key.operation)
            .bind(&key.key)
            .bind(&key.fingerprint)
            .bind(now)
            .bind(holder)
            .bind(LEASE.as_seconds_f64())
            .bind(now - KEPT)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// What another has left. Nothing, if it was given back at this moment: then somebody had it just now.
    async fn look_up(&self, key: &ScopedKey) -> Result<Claim, sqlx::Error> {
        let query = sqlx::query_as(LOOK_UP)
            .bind(key.caller)
            .bind(key.operation)
            .bind(&key.key);
        let found: Option<(Vec<u8>, Option<String>)> = query.fetch_optional(&self.pool).await?;
        Ok(match found {
            Some((fingerprint, _)) if fingerprint != key.fingerprint => Claim::Mismatch,
            Some((_, Some(answer))) => Claim::Answered(answer),
            Some((_, None)) | None => Claim::Held,
        })
    }

    /// Does something to a claim that is still the holder's.
    async fn with_claim(
        &self,
        statement: &'static str,
        (key, holder): (&ScopedKey, Uuid),
        last: Option<Last>,
    ) -> Result<(), Problem> {
        let query = sqlx::query(statement)
            .bind(key.caller)
            .bind(key.operation)
            .bind(&key.key)
            .bind(holder);
        let query = match last {
            Some(Last::Seconds(seconds)) => query.bind(seconds),
            Some(Last::Answer(answer)) => query.bind(answer),
            None => query,
        };
        query.execute(&self.pool).await?;
        Ok(())
    }
}

/// The fifth value of a statement.
enum Last {
    Seconds(f64),
    Answer(String),
}

impl Shelf for PostgresShelf {
    fn claim<'a>(&'a self, key: &'a ScopedKey, holder: Uuid) -> Kept<'a, Claim> {
        Box::pin(async move {
            if self.take(key, holder, self.clock.now()).await? {
                return Ok(Claim::Ours);
            }
            Ok(self.look_up(key).await?)
        })
    }

    fn renew<'a>(&'a self, key: &'a ScopedKey, holder: Uuid) -> Kept<'a, ()> {
        let seconds = Last::Seconds(LEASE.as_seconds_f64());
        Box::pin(self.with_claim(RENEW, (key, holder), Some(seconds)))
    }

    fn conclude<'a>(&'a self, key: &'a ScopedKey, holder: Uuid, answer: String) -> Kept<'a, ()> {
        Box::pin(self.with_claim(CONCLUDE, (key, holder), Some(Last::Answer(answer))))
    }

    fn release<'a>(&'a self, key: &'a ScopedKey, holder: Uuid) -> Kept<'a, ()> {
        Box::pin(self.with_claim(RELEASE, (key, holder), None))
    }
}
