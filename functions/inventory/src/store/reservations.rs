//! The table `reservations`.

use chrono::{DateTime, Utc};
use souk_contracts::StockLine;
use sqlx::{FromRow, PgConnection, PgPool, types::Json};
use uuid::Uuid;

use crate::domain::{Pieces, State, pieces};

/// What an order has asked for, and what became of it.
pub(crate) struct Reservation {
    pub(crate) order_id: Uuid,
    pub(crate) state: State,
    pub(crate) pieces: Pieces,
}

#[derive(FromRow)]
struct Row {
    order_id: Uuid,
    state: String,
    lines: Json<Vec<StockLine>>,
}

/// Sets pieces aside whose rows are locked: the reservation and the promise in one round trip. Nothing happens if the order
/// is known already; whether it was new.
pub(crate) async fn hold(
    conn: &mut PgConnection,
    order_id: Uuid,
    lines: &[StockLine],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let insert = "with made as (\
                  insert into reservations (order_id, state, lines, expires_at, reserved_at, updated_at) \
                  values ($1, 'held', $2, $3, $4, $4) on conflict do nothing returning order_id), \
                  wanted as (select * from unnest($5::text[], $6::bigint[]) as wanted (sku, quantity) \
                  where exists (select from made)) \
                  update stock set reserved = reserved + wanted.quantity from wanted where stock.sku = wanted.sku";
    let wanted = pieces(lines);
    let query = sqlx::query(insert)
        .bind(order_id)
        .bind(Json(lines))
        .bind(expires_at)
        .bind(now)
        .bind(wanted.keys().collect::<Vec<_>>())
        .bind(wanted.values().copied().collect::<Vec<_>>());
    Ok(query.execute(conn).await?.rows_affected() > 0)
}

/// Notes an order for which nothing is held; whether it was new.
pub(crate) async fn note(
    conn: &mut PgConnection,
    order_id: Uuid,
    state: State,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let insert = "insert into reservations (order_id, state, lines, reserved_at, updated_at) \
                  values ($1, $2, '[]', $3, $3) on conflict do nothing";
    let done = sqlx::query(insert)
        .bind(order_id)
        .bind(state.name())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// The reservation, which nobody else can change until the transaction ends.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    order_id: Uuid,
) -> Result<Option<Reservation>, sqlx::Error> {
    let select = "select order_id, state, lines from reservations where order_id = $1 for update";
    let row: Option<Row> = sqlx::query_as(select)
        .bind(order_id)
        .fetch_optional(conn)
        .await?;
    row.map(Row::reservation).transpose()
}

/// Reservations whose time is over, locked; those that are locked already are passed over.
pub(crate) async fn lock_overdue(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Reservation>, sqlx::Error> {
    let select = "select order_id, state, lines from reservations where expires_at < $1 \
                  order by expires_at limit $2 for update skip locked";
    let rows: Vec<Row> = sqlx::query_as(select)
        .bind(now)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(Row::reservation).collect()
}

/// Writes what became of reservations that are locked. None of them expires any more.
pub(crate) async fn become_of(
    conn: &mut PgConnection,
    order_ids: &[Uuid],
    state: State,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let update = "update reservations set state = $2, expires_at = null, updated_at = $3 where order_id = any($1)";
    sqlx::query(update)
        .bind(order_ids)
        .bind(state.name())
        .bind(now)
        .execute(conn)
        .await
        .map(drop)
}

/// Holds what is held without a limit in time; whether it is held. Done twice it is the same.
pub(crate) async fn keep(
    pool: &PgPool,
    order_id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let update = "update reservations set expires_at = null, updated_at = $2 where order_id = $1 and state = 'held'";
    let done = sqlx::query(update)
        .bind(order_id)
        .bind(now)
        .execute(pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

impl Row {
    fn reservation(self) -> Result<Reservation, sqlx::Error> {
        let unreadable =
            || sqlx::Error::Decode(format!("`{}` is no state of a reservation", self.state).into());
        Ok(Reservation {
            order_id: self.order_id,
            state: State::named(&self.state).ok_or_else(unreadable)?,
            pieces: pieces(&self.lines.0),
        })
    }
}
