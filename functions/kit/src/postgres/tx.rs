//! A transaction: the function's rows, the inbox, the events and the stored answer are committed together or not at all.

use chrono::{DateTime, Utc};
use cloudevents::Event;
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, pool::PoolConnection, raw_sql};
use tracing::Instrument;
use uuid::Uuid;

use super::literal;
use crate::{
    Clock, Delivery, Ids, Relay,
    relay::{EmitError, Outgoing},
};

/// A transaction that was begun. Dropped without [`Tx::commit`], it is rolled back.
pub struct Tx {
    open: Open,
    relay: Relay,
    clock: Clock,
    ids: Ids,
    events: Vec<Outgoing>,
    /// Statements that travel with the commit.
    last: String,
}

#[derive(Serialize)]
struct OutboxRow<'a> {
    event_id: &'a str,
    kept: &'a serde_json::value::RawValue,
    emitted_at: DateTime<Utc>,
}

impl Tx {
    pub(super) async fn begin(
        pool: &PgPool,
        relay: Relay,
        clock: Clock,
        ids: Ids,
    ) -> Result<Self, sqlx::Error> {
        let mut open = Open(Some(pool.acquire().await?));
        raw_sql("begin").execute(open.connection()).await?;
        Ok(Self {
            open,
            relay,
            clock,
            ids,
            events: Vec::new(),
            last: String::new(),
        })
    }

    pub(super) async fn receive<T>(
        pool: &PgPool,
        relay: Relay,
        clock: Clock,
        ids: Ids,
        delivery: &Delivery<T>,
    ) -> Result<Option<Self>, sqlx::Error> {
        let mut open = Open(Some(pool.acquire().await?));
        let row = literal::json(&(&delivery.source, &delivery.id, clock.now())).map_err(encode)?;
        let statements = format!(
            "begin; insert into inbox (source, event_id, handled_at) \
             select row->>0, row->>1, (row->>2)::timestamptz from (select {row}::json as row) as delivery \
             on conflict do nothing"
        );
        let done = raw_sql(AssertSqlSafe(statements))
            .execute(open.connection())
            .await?;
        let tx = Self {
            open,
            relay,
            clock,
            ids,
            events: Vec::new(),
            last: String::new(),
        };
        Ok((done.rows_affected() > 0).then_some(tx))
    }

    /// Where the function's own statements go.
    pub fn conn(&mut self) -> &mut PgConnection {
        self.open.connection()
    }

    /// A new id, for what is made in this transaction.
    pub fn id(&self) -> Uuid {
        self.ids.next()
    }

    /// The time, for what is done in this transaction.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Whether `delivery` was never handled before; from this transaction's commit on it was.
    pub async fn first_time<T>(&mut self, delivery: &Delivery<T>) -> Result<bool, sqlx::Error> {
        let handled_at = self.now();
        let insert = "insert into inbox (source, event_id, handled_at) values ($1, $2, $3) on conflict do nothing";
        let query = sqlx::query(insert)
            .bind(&delivery.source)
            .bind(&delivery.id)
            .bind(handled_at);
        Ok(query.execute(self.conn()).await?.rows_affected() > 0)
    }

    /// Sends an event once this transaction is committed.
    pub fn emit(&mut self, event: Event) -> Result<(), EmitError> {
        self.events.push(Outgoing::new(event)?);
        Ok(())
    }

    /// Adds a statement that travels with the commit. It must be safe: see [`literal::json`].
    pub(crate) fn at_last(&mut self, statement: &str) {
        self.last.push_str(statement);
        self.last.push(';');
    }

    /// Commits, and hands the events to the relay. Once begun it is finished, even if the caller does not wait for it.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        let statements = format!("{}{}commit", self.last, self.outbox_statement()?);
        let commit = async move {
            raw_sql(AssertSqlSafe(statements))
                .execute(self.open.connection())
                .await?;
            self.open.close();
            self.relay.hand(self.events);
            Ok(())
        };
        let finished = tokio::spawn(commit.in_current_span()).await;
        finished.unwrap_or_else(|_| Err(sqlx::Error::WorkerCrashed))
    }

    fn outbox_statement(&self) -> Result<String, sqlx::Error> {
        if self.events.is_empty() {
            return Ok(String::new());
        }
        let emitted_at = self.now();
        let row = |outgoing: &'_ Outgoing| {
            let kept = serde_json::value::RawValue::from_string(outgoing.kept.clone())?;
            Ok((outgoing.id.clone(), kept, emitted_at))
        };
        let rows = self
            .events
            .iter()
            .map(row)
            .collect::<Result<Vec<_>, serde_json::Error>>()
            .map_err(encode)?;
        let rows: Vec<_> = rows
            .iter()
            .map(|(event_id, kept, emitted_at)| OutboxRow {
                event_id,
                kept,
                emitted_at: *emitted_at,
            })
            .collect();
        let rows = literal::json(&rows).map_err(encode)?;
        Ok(format!(
            "insert into outbox (event_id, kept, emitted_at) \
             select * from json_to_recordset({rows}) as row (event_id text, kept json, emitted_at timestamptz);"
        ))
    }
}

/// A connection inside a transaction. However it is dropped, no open transaction goes back to the pool.
struct Open(Option<PoolConnection<Postgres>>);

impl Open {
    fn connection(&mut self) -> &mut PgConnection {
        self.0
            .as_deref_mut()
            .expect("the connection leaves only when the transaction has ended")
    }

    fn close(&mut self) {
        self.0 = None;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(mut connection) = self.0.take() else {
            return;
        };
        tokio::spawn(async move {
            if let Err(error) = raw_sql("rollback").execute(&mut *connection).await {
                tracing::warn!(%error, "a transaction could not be rolled back; its connection is closed");
                connection.close_on_drop();
            }
        });
    }
}

fn encode(error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Encode(Box::new(error))
}
