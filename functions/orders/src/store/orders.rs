//! The table `orders`.

use chrono::{DateTime, Utc};
use souk_kit::page::PageQuery;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use super::{
    notes,
    row::{NotedRow, Row},
};
use crate::domain::{Order, State, reason_text};

/// Where a page of a list begins: after this order.
pub(crate) type Position = (DateTime<Utc>, Uuid);

/// Which orders a list shows.
pub(crate) struct Wanted {
    /// Whose; everybody's without.
    pub(crate) account_id: Option<Uuid>,
    /// In one of these states; in any without.
    pub(crate) states: &'static [&'static str],
}

/// Writes a new order.
pub(crate) async fn insert(conn: &mut PgConnection, order: &Order) -> Result<(), sqlx::Error> {
    let insert = "insert into orders (order_id, account_id, email, state, lines, total_minor, currency, \
                  payment_method, shipping_address, placed_at, updated_at) \
                  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";
    let purchase = &order.purchase;
    let query = sqlx::query(insert)
        .bind(order.order_id)
        .bind(purchase.account_id)
        .bind(&purchase.email)
        .bind(order.state.name())
        .bind(Json(&purchase.lines))
        .bind(purchase.total.amount_minor)
        .bind(purchase.total.currency.as_str())
        .bind(&purchase.payment_method)
        .bind(Json(&purchase.shipping_address))
        .bind(order.placed_at);
    query.execute(conn).await.map(drop)
}

/// The order, as it is now.
pub(crate) async fn find(pool: &PgPool, order_id: Uuid) -> Result<Option<Order>, sqlx::Error> {
    let select = select_noted!("where order_id = $1");
    let row: Option<NotedRow> = sqlx::query_as(select)
        .bind(order_id)
        .fetch_optional(pool)
        .await?;
    row.map(NotedRow::order).transpose()
}

/// The order, which nobody else can change until the transaction ends.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    order_id: Uuid,
) -> Result<Option<Order>, sqlx::Error> {
    let select = concat!(
        "select ",
        order_columns!(),
        " from orders where order_id = $1 for update"
    );
    let row: Option<Row> = sqlx::query_as(select)
        .bind(order_id)
        .fetch_optional(&mut *conn)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let noted = if row.has_notes() {
        notes::find(conn, order_id).await?
    } else {
        notes::NotesRow::default()
    };
    row.order(noted).map(Some)
}

/// Orders that wait for stock or money since before `placed_before`, locked; those that are locked already are passed over.
pub(crate) async fn lock_unpaid(
    conn: &mut PgConnection,
    placed_before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Order>, sqlx::Error> {
    let select = concat!(
        "select ",
        order_columns!(),
        " from orders where state in ('awaiting_stock', 'awaiting_payment') and placed_at < $1 \
         order by placed_at limit $2 for update skip locked"
    );
    let rows: Vec<Row> = sqlx::query_as(select)
        .bind(placed_before)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    let order = |row: Row| row.order(notes::NotesRow::default());
    rows.into_iter().map(order).collect()
}

/// Writes what can change about orders that were locked.
pub(crate) async fn save(conn: &mut PgConnection, orders: &[&Order]) -> Result<(), sqlx::Error> {
    let update = "update orders set state = new.state, cancel_reason = new.cancel_reason, \
                  cancel_detail = new.cancel_detail, carrier = new.carrier, \
                  tracking_number = new.tracking_number, updated_at = new.updated_at \
                  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[]) \
                  as new (order_id, state, cancel_reason, cancel_detail, carrier, tracking_number, updated_at) \
                  where orders.order_id = new.order_id";
    let parcels = || orders.iter().map(|order| order.parcel.as_ref());
    let query = sqlx::query(update)
        .bind(
            orders
                .iter()
                .map(|order| order.order_id)
                .collect::<Vec<_>>(),
        )
        .bind(
            orders
                .iter()
                .map(|order| order.state.name())
                .collect::<Vec<_>>(),
        )
        .bind(
            orders
                .iter()
                .map(|order| cancel_reason(order.state))
                .collect::<Vec<_>>(),
        )
        .bind(
            orders
                .iter()
                .map(|order| order.cancel_detail.as_deref())
                .collect::<Vec<_>>(),
        )
        .bind(
            parcels()
                .map(|parcel| Some(parcel?.carrier.as_str()))
                .collect::<Vec<_>>(),
        )
        .bind(
            parcels()
                .map(|parcel| Some(parcel?.tracking_number.as_str()))
                .collect::<Vec<_>>(),
        )
        .bind(
            orders
                .iter()
                .map(|order| order.updated_at)
                .collect::<Vec<_>>(),
        );
    query.execute(conn).await.map(drop)
}

/// One page of orders, newest first, and one more order if there is one.
pub(crate) async fn list(
    conn: &mut PgConnection,
    wanted: &Wanted,
    after: Option<Position>,
    page: &PageQuery,
) -> Result<Vec<Order>, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new(select_noted!("where true"));
    if let Some(account_id) = wanted.account_id {
        query.push(" and account_id = ").push_bind(account_id);
    }
    if !wanted.states.is_empty() {
        query
            .push(" and state = any(")
            .push_bind(wanted.states)
            .push(")");
    }
    if let Some((placed_at, order_id)) = after {
        query
            .push(" and (placed_at, order_id) < (")
            .push_bind(placed_at);
        query.push(", ").push_bind(order_id).push(")");
    }
    query
        .push(" order by placed_at desc, order_id desc limit ")
        .push_bind(page.fetch());
    let rows: Vec<NotedRow> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(NotedRow::order).collect()
}

fn cancel_reason(state: State) -> Option<&'static str> {
    match state {
        State::Cancelled(reason) => Some(reason_text(reason)),
        _ => None,
    }
}
