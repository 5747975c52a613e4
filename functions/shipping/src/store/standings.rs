//! The table `order_standings`. Writing a row of it locks the order for this transaction, and comes before all else.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// What a confirmation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// An order to be shipped, of which nothing was heard before.
    ToBeShipped,
    /// An order that was given up before.
    Cancelled,
    /// An order that was confirmed before.
    KnownBefore,
}

/// Notes that an order is confirmed.
pub(crate) async fn confirm(
    conn: &mut PgConnection,
    order_id: Uuid,
    confirmed_at: DateTime<Utc>,
) -> Result<Standing, sqlx::Error> {
    let upsert = "insert into order_standings as known (order_id, confirmed_at) values ($1, $2) \
                  on conflict (order_id) do update set confirmed_at = excluded.confirmed_at \
                  where known.confirmed_at is null returning cancelled_at is not null";
    let cancelled: Option<bool> = sqlx::query_scalar(upsert)
        .bind(order_id)
        .bind(confirmed_at)
        .fetch_optional(conn)
        .await?;
    Ok(match cancelled {
        Some(false) => Standing::ToBeShipped,
        Some(true) => Standing::Cancelled,
        None => Standing::KnownBefore,
    })
}

/// Locks the order for this transaction. One that nothing was heard of is given up from now on: whoever asks about it does not
/// want it shipped.
pub(crate) async fn claim(
    conn: &mut PgConnection,
    order_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let upsert = "insert into order_standings as known (order_id, cancelled_at) values ($1, $2) \
                  on conflict (order_id) do update set cancelled_at = known.cancelled_at";
    let query = sqlx::query(upsert).bind(order_id).bind(now);
    query.execute(conn).await.map(drop)
}

/// Notes that an order was given up.
pub(crate) async fn cancel(
    conn: &mut PgConnection,
    order_id: Uuid,
    cancelled_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let upsert = "insert into order_standings as known (order_id, cancelled_at) values ($1, $2) \
                  on conflict (order_id) do update set cancelled_at = excluded.cancelled_at \
                  where known.cancelled_at is null";
    let query = sqlx::query(upsert).bind(order_id).bind(cancelled_at);
    query.execute(conn).await.map(drop)
}
