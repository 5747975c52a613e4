//! The outbox's table, as the relay sees it. A sweep also forgets what is too old to come again.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};

use crate::{
    Clock, idempotency,
    relay::{Backlog, Courier, Outgoing},
};

/// Younger rows are on their way already: the relay was handed them.
const LEFT_BEHIND_AFTER: TimeDelta = TimeDelta::seconds(3);
const BATCH_EVENTS: i64 = 200;
/// No broker delivers an event again after this time.
const INBOX_KEPT: TimeDelta = TimeDelta::days(7);
/// No replica is that far behind.
const MARKS_KEPT: TimeDelta = TimeDelta::days(1);

pub(super) struct PostgresBacklog {
    pub(super) pool: PgPool,
    pub(super) clock: Clock,
}

impl Backlog for PostgresBacklog {
    fn forget(&self, ids: Vec<String>) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let mut connection = self
                .pool
                .acquire()
                .await
                .map_err(|error| error.to_string())?;
            delete(&mut connection, &ids)
                .await
                .map_err(|error| error.to_string())
        })
    }

    fn sweep<'a>(&'a self, courier: &'a Courier) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            while self.sweep_batch(courier).await? {}
            self.prune().await.map_err(|error| error.to_string())
        })
    }
}

impl PostgresBacklog {
    /// Sends one batch; whether there may be more. Other instances skip rows that are locked here.
    async fn sweep_batch(&self, courier: &Courier) -> Result<bool, String> {
        let mut tx = self.pool.begin().await.map_err(|error| error.to_string())?;
        let found = self
            .find(&mut tx)
            .await
            .map_err(|error| error.to_string())?;
        let sent = courier.deliver_all(&found).await;
        delete(&mut tx, &sent)
            .await
            .map_err(|error| error.to_string())?;
        tx.commit().await.map_err(|error| error.to_string())?;
        if sent.len() < found.len() {
            return Err(format!(
                "{} of {} events could not be sent",
                found.len() - sent.len(),
                found.len()
            ));
        }
        Ok(found.len() as i64 == BATCH_EVENTS)
    }

    async fn find(&self, connection: &mut PgConnection) -> Result<Vec<Outgoing>, sqlx::Error> {
        let select = "select kept::text, emitted_at from outbox where emitted_at < $1 order by event_id limit $2 \
                      for update skip locked";
        let now = self.clock.now();
        let rows: Vec<(String, DateTime<Utc>)> = sqlx::query_as(select)
            .bind(now - LEFT_BEHIND_AFTER)
            .bind(BATCH_EVENTS)
            .fetch_all(connection)
            .await?;
        let recover =
            |(kept, emitted_at): &(String, _)| Outgoing::recovered(kept, now - *emitted_at);
        rows.iter()
            .map(recover)
            .collect::<Result<_, _>>()
            .map_err(|error| sqlx::Error::Decode(error.into()))
    }

    async fn prune(&self) -> Result<(), sqlx::Error> {
        let now = self.clock.now();
        sqlx::query("delete from inbox where handled_at < $1")
            .bind(now - INBOX_KEPT)
            .execute(&self.pool)
            .await?;
        idempotency::forget_old(&self.pool, now).await?;
        let marks = sqlx::query("delete from last_writes where written_at < $1");
        marks.bind(now - MARKS_KEPT).execute(&self.pool).await?;
        Ok(())
    }
}

/// Rows that a sweep has locked are left to it: whoever waited for them would hold up the relay.
async fn delete(connection: &mut PgConnection, ids: &[String]) -> Result<(), sqlx::Error> {
    let delete = "delete from outbox where event_id in \
                  (select event_id from outbox where event_id = any($1) for update skip locked)";
    if !ids.is_empty() {
        sqlx::query(delete).bind(ids).execute(connection).await?;
    }
    Ok(())
}
