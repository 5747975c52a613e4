//! A transaction: the function's rows, the inbox, the events and the stored answer are committed together or not at all.

use chrono::{DateTime, Utc};
use cloudevents::Event;
use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};
use tracing::Instrument;
use uuid::Uuid;

use super::{Outbox, literal, open::Open, replica::leave_mark, watched::Watched};
use crate::{
    Delivery,
    events::handled_before,
    relay::{EmitError, Outgoing},
};

/// A transaction that was begun. Dropped without [`Tx::commit`], it is rolled back.
pub struct Tx {
    watched: Watched,
    open: Open,
    outbox: Outbox,
    events: Vec<Outgoing>,
    /// Statements that travel with the commit.
    last: String,
}

#[derive(Serialize)]
struct OutboxRow<'a> {
    event_id: &'a str,
    kept: &'a RawValue,
    emitted_at: DateTime<Utc>,
}

impl<'a> OutboxRow<'a> {
    fn of(outgoing: &'a Outgoing, emitted_at: DateTime<Utc>) -> Self {
        Self {
            event_id: &outgoing.id,
            kept: &outgoing.kept,
            emitted_at,
        }
    }
}

impl Tx {
    pub(super) async fn begin(outbox: Outbox) -> Result<Self, sqlx::Error> {
        let mut watched = Watched::begin();
        let begun = watched.failing(Box::pin(Self::open(&outbox, "begin")).await);
        Ok(Self::new(watched, begun?.0, outbox))
    }

    pub(super) async fn receive<T>(
        outbox: Outbox,
        delivery: &Delivery<T>,
    ) -> Result<Option<Self>, sqlx::Error> {
        let row = literal::json(&(&delivery.source, &delivery.id, outbox.clock().now()))?;
        let begin = format!(
            "begin; insert into inbox (source, event_id, handled_at) \
             select row->>0, row->>1, (row->>2)::timestamptz from (select {row}::json as row) as delivery \
             on conflict do nothing"
        );
        let mut watched = Watched::begin();
        let (open, rows) = watched.failing(Box::pin(Self::open(&outbox, &begin)).await)?;
        if rows == 0 {
            handled_before();
            return Ok(None);
        }
        Ok(Some(Self::new(watched, open, outbox)))
    }

    /// A connection on which a transaction was begun by these statements, and how many rows they have written. To be boxed: it is as large
    /// as making a connection is, and would be a part of every handler.
    async fn open(outbox: &Outbox, begin: &str) -> Result<(Open, u64), sqlx::Error> {
        let mut open = Open::of(outbox.pool()).await?;
        let begin = raw_sql(AssertSqlSafe(begin.to_owned()));
        let rows = begin.execute(open.connection()).await?.rows_affected();
        Ok((open, rows))
    }

    fn new(watched: Watched, open: Open, outbox: Outbox) -> Self {
        Self {
            watched,
            open,
            outbox,
            events: Vec::new(),
            last: String::new(),
        }
    }

    /// Where the function's own statements go.
    pub fn conn(&mut self) -> &mut PgConnection {
        self.open.connection()
    }

    /// A new id, for what is made in this transaction.
    pub fn id(&self) -> Uuid {
        self.outbox.ids().next()
    }

    /// A new id that says when it was made: now, by this transaction's clock.
    pub fn timed_id(&self) -> Uuid {
        self.outbox.ids().at(self.now())
    }

    /// The time, for what is done in this transaction.
    pub fn now(&self) -> DateTime<Utc> {
        self.outbox.clock().now()
    }

    /// Whether `delivery` was never handled before; from this transaction's commit on it was.
    pub async fn first_time<T>(&mut self, delivery: &Delivery<T>) -> Result<bool, sqlx::Error> {
        let handled_at = self.now();
        let insert = "insert into inbox (source, event_id, handled_at) values ($1, $2, $3) on conflict do nothing";
        let query = sqlx::query(insert)
            .bind(&delivery.source)
            .bind(&delivery.id)
            .bind(handled_at);
        let is_first = query.execute(self.conn()).await?.rows_affected() > 0;
        if !is_first {
            handled_before();
        }
        Ok(is_first)
    }

    /// Sends an event once this transaction is committed.
    pub fn emit(&mut self, event: Event) -> Result<(), EmitError> {
        self.events.push(Outgoing::new(event)?);
        Ok(())
    }

    /// Says on whose behalf this is done: whoever it is will find it in the lists that are read next, replica or not.
    pub fn on_behalf_of(&mut self, account_id: Uuid) {
        if self.outbox.has_replica() {
            self.at_last(&leave_mark(account_id, self.now()));
        }
    }

    /// Adds a statement that travels with the commit. Values in it are written by [`literal::json`].
    pub(crate) fn at_last(&mut self, statement: &str) {
        self.last.push_str(statement);
        self.last.push(';');
    }

    /// Commits, and hands the events to the relay. Once begun it is finished, even if the caller does not wait for it.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.write_outbox()?;
        let commit = async move {
            let statements = format!("{}commit", self.last);
            let committed = raw_sql(AssertSqlSafe(statements))
                .execute(self.open.connection())
                .await;
            if let Err(error) = self.watched.failing(committed) {
                // Committed or not, nobody knows: what was must not wait for the next regular sweep.
                self.outbox.relay().left_behind();
                return Err(error);
            }
            self.open.close();
            self.watched.committed();
            self.outbox.relay().hand(self.events);
            Ok(())
        };
        let finished = tokio::spawn(commit.in_current_span()).await;
        finished.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }

    fn write_outbox(&mut self) -> Result<(), sqlx::Error> {
        if self.events.is_empty() {
            return Ok(());
        }
        let emitted_at = self.now();
        let rows: Vec<_> = self
            .events
            .iter()
            .map(|outgoing| OutboxRow::of(outgoing, emitted_at))
            .collect();
        let rows = literal::json(&rows)?;
        self.at_last(&format!(
            "insert into outbox (event_id, kept, emitted_at) \
             select * from json_to_recordset({rows}) as row (event_id text, kept json, emitted_at timestamptz)"
        ));
        Ok(())
    }
}
