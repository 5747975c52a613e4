//! The functions' databases, each read in one read-only transaction of one instant.

use std::collections::HashSet;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::{Connection as _, PgConnection, Row as _};
use uuid::Uuid;

use super::Books;
use super::rows::{DeadLetter, Unanswered};
use crate::sources::Sources;

/// Opens a database for reading.
async fn open(url: &str) -> Result<PgConnection> {
    let mut conn = PgConnection::connect(url).await?;
    let begin = "begin transaction isolation level repeatable read read only";
    sqlx::query(begin).execute(&mut conn).await?;
    Ok(conn)
}

/// Whether there is a table of this name: an older release may not have it.
async fn has(conn: &mut PgConnection, table: &str) -> Result<bool> {
    let exists = sqlx::query_scalar("select to_regclass($1) is not null").bind(table);
    Ok(exists.fetch_one(conn).await?)
}

/// Every row of a table.
async fn rows<T: DeserializeOwned>(conn: &mut PgConnection, table: &'static str) -> Result<Vec<T>> {
    let select = format!("select to_jsonb(t) from {table} t");
    let values: Vec<Value> = sqlx::query_scalar(sqlx::AssertSqlSafe(select))
        .fetch_all(conn)
        .await?;
    let rows = values.into_iter().map(serde_json::from_value);
    rows.collect::<Result<_, _>>()
        .with_context(|| format!("a row of {table}"))
}

/// Fills in what the databases say.
pub(super) async fn read(sources: &Sources, books: &mut Books) -> Result<()> {
    for (function, url) in &sources.databases {
        let said = || format!("the database of {function}");
        let mut conn = open(url).await.with_context(said)?;
        own(function, &mut conn, books).await.with_context(said)?;
        kept_by_the_kit(function, &mut conn, books)
            .await
            .with_context(said)?;
        let _ = conn.close().await;
    }
    Ok(())
}

async fn own(function: &str, conn: &mut PgConnection, books: &mut Books) -> Result<()> {
    match function {
        "orders" => {
            let orders = rows(conn, "orders").await?.into_iter();
            books.orders = orders
                .map(|order: super::Order| (order.order_id, order))
                .collect();
            if has(conn, "order_notes").await? {
                let wanted =
                    "select order_id from order_notes where cancellation_asked_at is not null";
                let wanted: Vec<Uuid> = sqlx::query_scalar(wanted).fetch_all(conn).await?;
                books.wishes = wanted.into_iter().collect();
            }
        }
        "inventory" => {
            let stock = rows(conn, "stock").await?.into_iter();
            books.stock = stock
                .map(|one: super::Stock| (one.sku.clone(), one))
                .collect();
            let held = rows(conn, "reservations").await?.into_iter();
            books.reservations = held
                .map(|one: super::Reservation| (one.order_id, one))
                .collect();
            books.movements = rows(conn, "movements").await?;
        }
        "payments" => {
            let payments = rows(conn, "payments").await?.into_iter();
            books.payments = payments
                .map(|one: super::Payment| (one.order_id, one))
                .collect();
            books.ledger = rows(conn, "ledger").await?;
        }
        "shipping" => books.shipments = rows(conn, "shipments").await?,
        "deadletters" => books.dead_letters = dead_letters(conn).await?,
        _ => (),
    }
    Ok(())
}

/// Their data are not read: customers are named in them.
async fn dead_letters(conn: &mut PgConnection) -> Result<Vec<DeadLetter>> {
    let select = "select jsonb_build_object('dead_letter_id', dead_letter_id, 'event_type', event_type,
        'destination', destination, 'source', coalesce(attributes->>'source', ''), 'id', coalesce(attributes->>'id', ''),
        'about', coalesce(attributes->>'partitionkey', ''), 'status', to_jsonb(t)->>'status') from dead_letters t";
    let values: Vec<Value> = sqlx::query_scalar(select).fetch_all(conn).await?;
    let letters = values.into_iter().map(serde_json::from_value);
    Ok(letters.collect::<Result<_, _>>()?)
}

/// Inbox, outbox and idempotency keys, where a function has them.
async fn kept_by_the_kit(function: &str, conn: &mut PgConnection, books: &mut Books) -> Result<()> {
    if has(conn, "inbox").await? {
        let handled = sqlx::query("select source, event_id from inbox")
            .fetch_all(&mut *conn)
            .await?;
        let handled = handled.iter().map(|row| (row.get(0), row.get(1)));
        books
            .inboxes
            .insert(function.to_owned(), handled.collect::<HashSet<_>>());
    }
    if has(conn, "outbox").await? {
        let left: Vec<String> = sqlx::query_scalar("select event_id from outbox")
            .fetch_all(&mut *conn)
            .await?;
        books
            .outboxes
            .extend(left.into_iter().map(|id| (function.to_owned(), id)));
    }
    if has(conn, "idempotency_keys").await? {
        // By the database's clock; without the column there is nobody who could have died.
        let select = "select operation, key, coalesce((to_jsonb(t)->>'held_until')::timestamptz <= now(), false) \
                      from idempotency_keys t where answer is null";
        for row in sqlx::query(select).fetch_all(&mut *conn).await? {
            books.unanswered.push(Unanswered {
                function: function.to_owned(),
                operation: row.get(0),
                key: row.get(1),
                is_free: row.get(2),
            });
        }
    }
    Ok(())
}

/// Rows written in each database, and what waits in it: the second is empty in a shop that is at rest.
pub(super) async fn pulse(url: &str, now: DateTime<Utc>) -> Result<(i64, i64, i64)> {
    let mut conn = PgConnection::connect(url).await?;
    let written = "select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint from pg_stat_user_tables";
    let written: i64 = sqlx::query_scalar(written).fetch_one(&mut conn).await?;
    let outbox: i64 = match has(&mut conn, "outbox").await? {
        true => {
            sqlx::query_scalar("select count(*) from outbox")
                .fetch_one(&mut conn)
                .await?
        }
        false => 0,
    };
    let asked: i64 = match has(&mut conn, "ledger").await? {
        // By the functions' clock: that of PostgreSQL cannot be moved.
        true => {
            let asked = "select count(*) from ledger where outcome = 'open' and claimed_until > $1";
            sqlx::query_scalar(asked)
                .bind(now)
                .fetch_one(&mut conn)
                .await?
        }
        false => 0,
    };
    let _ = conn.close().await;
    Ok((written, outbox, asked))
}
