//! The tables `stock` and `movements`. Rows are always locked in the order of their SKUs, so that nobody waits in a circle.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Change, Level, Levels, Pieces};

type Row = (String, i64, i64);

/// Why pieces come or go.
pub(crate) enum Cause<'a> {
    /// A parcel has left.
    BookedOut {
        /// For which order.
        order_id: Uuid,
    },
    /// Somebody has counted.
    Adjusted {
        /// Who.
        account_id: Uuid,
        /// Why there are more or fewer.
        reason: &'a str,
    },
}

/// What there is of these articles; those that were never in the house are left out.
pub(crate) async fn find(conn: &mut PgConnection, skus: &[&str]) -> Result<Levels, sqlx::Error> {
    let select = "select sku, on_hand, reserved from stock where sku = any($1)";
    let rows: Vec<Row> = sqlx::query_as(select).bind(skus).fetch_all(conn).await?;
    Ok(rows.into_iter().map(level).collect())
}

/// The same, and nobody else can change it until the transaction ends.
pub(crate) async fn lock<'a>(
    conn: &mut PgConnection,
    skus: impl IntoIterator<Item = &'a String>,
) -> Result<Levels, sqlx::Error> {
    let select =
        "select sku, on_hand, reserved from stock where sku = any($1) order by sku for update";
    let skus: Vec<_> = skus.into_iter().collect();
    let rows: Vec<Row> = sqlx::query_as(select).bind(skus).fetch_all(conn).await?;
    Ok(rows.into_iter().map(level).collect())
}

/// Changes what is promised; no piece moves.
pub(crate) async fn promise(
    conn: &mut PgConnection,
    changes: &[Change],
) -> Result<(), sqlx::Error> {
    let update = "with change as (select * from unnest($1::text[], $2::bigint[]) as change (sku, reserved)), \
                  locked as (select sku from stock where sku = any($1) order by sku for update) \
                  update stock set reserved = stock.reserved + change.reserved \
                  from change join locked using (sku) where stock.sku = change.sku";
    let query = sqlx::query(update)
        .bind(skus(changes))
        .bind(reserved(changes));
    query.execute(conn).await.map(drop)
}

/// Lets pieces come or go whose rows are locked, and writes down why.
pub(crate) async fn transfer(
    conn: &mut PgConnection,
    changes: &[Change],
    cause: &Cause<'_>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let update = "with change as (\
                  select * from unnest($1::text[], $2::bigint[], $3::bigint[]) as change (sku, reserved, on_hand)), \
                  changed as (update stock set on_hand = stock.on_hand + change.on_hand, \
                  reserved = stock.reserved + change.reserved from change where stock.sku = change.sku) \
                  insert into movements (sku, kind, quantity, order_id, account_id, reference, moved_at) \
                  select sku, $4, on_hand, $5, $6, $7, $8 from change where on_hand <> 0";
    let query = sqlx::query(update)
        .bind(skus(changes))
        .bind(reserved(changes))
        .bind(
            changes
                .iter()
                .map(|change| change.on_hand)
                .collect::<Vec<_>>(),
        )
        .bind(cause.kind())
        .bind(cause.order_id())
        .bind(cause.account_id())
        .bind(cause.reference())
        .bind(now);
    query.execute(conn).await.map(drop)
}

/// Notes that the delivery that this event tells of is counted; whether it was not before.
pub(crate) async fn is_new(
    conn: &mut PgConnection,
    source: &str,
    event_id: &str,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let insert = "insert into receipts (source, event_id, counted_at) values ($1, $2, $3) on conflict do nothing";
    let query = sqlx::query(insert).bind(source).bind(event_id).bind(now);
    Ok(query.execute(conn).await?.rows_affected() > 0)
}

/// Lets goods come in, also such as were never in the house.
pub(crate) async fn receive(
    conn: &mut PgConnection,
    arrived: &Pieces,
    delivery_note: &str,
    received_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let upsert = "with arrived as (select * from unnest($1::text[], $2::bigint[]) as arrived (sku, quantity)), \
                  counted as (insert into stock (sku, on_hand, reserved) \
                  select sku, quantity, 0 from arrived order by sku \
                  on conflict (sku) do update set on_hand = stock.on_hand + excluded.on_hand) \
                  insert into movements (sku, kind, quantity, reference, moved_at) \
                  select sku, 'received', quantity, $3, $4 from arrived";
    let query = sqlx::query(upsert)
        .bind(arrived.keys().collect::<Vec<_>>())
        .bind(arrived.values().copied().collect::<Vec<_>>())
        .bind(delivery_note)
        .bind(received_at);
    query.execute(conn).await.map(drop)
}

/// Makes room for an article that was never in the house.
pub(crate) async fn list(conn: &mut PgConnection, sku: &str) -> Result<(), sqlx::Error> {
    let insert =
        "insert into stock (sku, on_hand, reserved) values ($1, 0, 0) on conflict do nothing";
    sqlx::query(insert).bind(sku).execute(conn).await.map(drop)
}

impl Cause<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::BookedOut { .. } => "booked_out",
            Self::Adjusted { .. } => "adjusted",
        }
    }

    fn order_id(&self) -> Option<Uuid> {
        match self {
            Self::BookedOut { order_id } => Some(*order_id),
            Self::Adjusted { .. } => None,
        }
    }

    fn account_id(&self) -> Option<Uuid> {
        match self {
            Self::BookedOut { .. } => None,
            Self::Adjusted { account_id, .. } => Some(*account_id),
        }
    }

    fn reference(&self) -> Option<&str> {
        match self {
            Self::BookedOut { .. } => None,
            Self::Adjusted { reason, .. } => Some(reason),
        }
    }
}

fn level((sku, on_hand, reserved): Row) -> (String, Level) {
    (sku, Level { on_hand, reserved })
}

fn skus(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| change.sku.as_str()).collect()
}

fn reserved(changes: &[Change]) -> Vec<i64> {
    changes.iter().map(|change| change.reserved).collect()
}
