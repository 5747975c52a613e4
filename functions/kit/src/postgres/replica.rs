//! Where lists are read: in a replica, unless that has not seen yet what the reader has written.
//!
//! A transaction on somebody's behalf leaves a mark in `last_writes`, committed together with what it did. The reader's
//! mark is looked up in the database itself, by key, and then in the replica: one that shows it shows the write as well,
//! whichever instance made it, and however the replica is kept. Without a replica nothing of this is done.

use std::{sync::Arc, time::Duration};

use sqlx::{PgConnection, PgPool, Postgres, pool::PoolConnection};
use tokio::time::timeout;
use uuid::Uuid;

use crate::resilience::CircuitBreaker;

/// A replica that takes longer to say whether it is up to date is as good as away.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(500);
const FAILURES_MAX: u32 = 2;
const LEFT_ALONE_FOR: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(super) struct Replica {
    pool: PgPool,
    breaker: Arc<CircuitBreaker>,
}

impl Replica {
    pub(super) fn new(pool: PgPool) -> Self {
        let breaker = CircuitBreaker::new("postgres-replica", FAILURES_MAX, LEFT_ALONE_FOR);
        let breaker = Arc::new(breaker);
        Self { pool, breaker }
    }

    /// A connection to the replica, if it shows what `reader` has written and answers; to `primary` otherwise.
    pub(super) async fn or(
        &self,
        primary: &PgPool,
        reader: Option<Uuid>,
    ) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        let mark = match reader {
            Some(account_id) => last_mark(primary, account_id).await?,
            None => None,
        };
        // Boxed: it is as large as making a connection is.
        let showing = Box::pin(self.showing(mark));
        match self.breaker.call(showing, |_| true).await {
            Ok(Some(connection)) => Ok(connection),
            Ok(None) => primary.acquire().await,
            Err(error) => {
                tracing::warn!(%error, "the replica does not answer; a list is read in the database itself");
                primary.acquire().await
            }
        }
    }

    async fn showing(
        &self,
        mark: Option<Mark>,
    ) -> Result<Option<PoolConnection<Postgres>>, sqlx::Error> {
        let shows = async {
            let mut connection = self.pool.acquire().await?;
            let up_to_date = shows(&mut connection, mark).await?;
            Ok(up_to_date.then_some(connection))
        };
        timeout(ANSWER_TIMEOUT, shows)
            .await
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }
}

#[derive(Clone, Copy)]
struct Mark {
    account_id: Uuid,
    mark: Uuid,
}

async fn last_mark(primary: &PgPool, account_id: Uuid) -> Result<Option<Mark>, sqlx::Error> {
    let select = "select mark from last_writes where account_id = $1";
    let query = sqlx::query_scalar(select).bind(account_id);
    let mark = query.fetch_optional(primary).await?;
    Ok(mark.map(|mark| Mark { account_id, mark }))
}

/// Asked on the very connection that the list is read on: an address may stand for several replicas. A mark that is newer
/// than the reader's is none of its own: then the database itself is read, which is never wrong.
async fn shows(connection: &mut PgConnection, mark: Option<Mark>) -> Result<bool, sqlx::Error> {
    let select = "select $1::uuid is null or exists \
                  (select from last_writes where account_id = $1 and mark = $2)";
    let query = sqlx::query_scalar(select).bind(mark.map(|mark| mark.account_id));
    query
        .bind(mark.map(|mark| mark.mark))
        .fetch_one(connection)
        .await
}

/// The statement that leaves a mark. A UUID and a time need no escaping.
pub(super) fn leave_mark(account_id: Uuid, written_at: chrono::DateTime<chrono::Utc>) -> String {
    format!(
        "insert into last_writes (account_id, mark, written_at) \
         values ('{account_id}', gen_random_uuid(), '{}') on conflict (account_id) \
         do update set mark = excluded.mark, written_at = excluded.written_at",
        written_at.to_rfc3339()
    )
}
