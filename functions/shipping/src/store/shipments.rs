//! The table `shipments`.

use chrono::{DateTime, Utc};
use souk_kit::page::PageQuery;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use super::{erasure, row::Row};
use crate::domain::{Shipment, State};

/// Where a page of a list begins: after this shipment.
pub(crate) type Position = (DateTime<Utc>, Uuid);

/// Which shipments a list shows.
pub(crate) struct Wanted {
    /// Whose; everybody's without.
    pub(crate) account_id: Option<Uuid>,
    /// Of which order; of any without.
    pub(crate) order_id: Option<Uuid>,
    /// In which state; in any without.
    pub(crate) state: Option<State>,
}

/// Writes a new shipment.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    shipment: &Shipment,
) -> Result<(), sqlx::Error> {
    let insert = "insert into shipments \
                  (shipment_id, order_id, account_id, state, lines, shipping_address, booked_at) \
                  values ($1, $2, $3, $4, $5, $6, $7)";
    let query = sqlx::query(insert)
        .bind(shipment.shipment_id)
        .bind(shipment.order_id)
        .bind(shipment.account_id)
        .bind(shipment.state.name())
        .bind(Json(&shipment.lines))
        .bind(Json(&shipment.shipping_address))
        .bind(shipment.booked_at);
    query.execute(conn).await.map(drop)
}

/// Writes what can change about a shipment that is locked. One that is over forgets somebody who wants to be forgotten.
pub(crate) async fn save(conn: &mut PgConnection, shipment: &Shipment) -> Result<(), sqlx::Error> {
    let update = "update shipments set state = $2, carrier = $3, tracking_number = $4, \
                  dispatched_at = $5, delivered_at = $6, cancelled_at = $7 where shipment_id = $1";
    let parcel = shipment.parcel.as_ref();
    let query = sqlx::query(update)
        .bind(shipment.shipment_id)
        .bind(shipment.state.name())
        .bind(parcel.map(|parcel| &parcel.carrier))
        .bind(parcel.map(|parcel| &parcel.tracking_number))
        .bind(shipment.dispatched_at)
        .bind(shipment.delivered_at)
        .bind(shipment.cancelled_at);
    query.execute(&mut *conn).await?;
    if shipment.state.is_over() {
        erasure::apply(conn, shipment.account_id).await?;
    }
    Ok(())
}

/// The shipment, as it is now.
pub(crate) async fn find(
    pool: &PgPool,
    shipment_id: Uuid,
) -> Result<Option<Shipment>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as("select * from shipments where shipment_id = $1")
        .bind(shipment_id)
        .fetch_optional(pool)
        .await?;
    row.map(Row::shipment).transpose()
}

/// The shipment, which nobody else can change until the transaction ends.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    shipment_id: Uuid,
) -> Result<Option<Shipment>, sqlx::Error> {
    let select = "select * from shipments where shipment_id = $1 for update";
    let row: Option<Row> = sqlx::query_as(select)
        .bind(shipment_id)
        .fetch_optional(conn)
        .await?;
    row.map(Row::shipment).transpose()
}

/// The shipment that has left as this parcel, locked.
pub(crate) async fn lock_by_tracking_number(
    conn: &mut PgConnection,
    tracking_number: &str,
) -> Result<Option<Shipment>, sqlx::Error> {
    let select = "select * from shipments where tracking_number = $1 for update";
    let row: Option<Row> = sqlx::query_as(select)
        .bind(tracking_number)
        .fetch_optional(conn)
        .await?;
    row.map(Row::shipment).transpose()
}

/// Every shipment of an order, locked.
pub(crate) async fn lock_of_order(
    conn: &mut PgConnection,
    order_id: Uuid,
) -> Result<Vec<Shipment>, sqlx::Error> {
    let select = "select * from shipments where order_id = $1 order by shipment_id for update";
    let rows: Vec<Row> = sqlx::query_as(select)
        .bind(order_id)
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(Row::shipment).collect()
}

/// One page of shipments, newest first, and one more shipment if there is one.
pub(crate) async fn list(
    conn: &mut PgConnection,
    wanted: &Wanted,
    after: Option<Position>,
    page: &PageQuery,
) -> Result<Vec<Shipment>, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new("select * from shipments where true");
    if let Some(account_id) = wanted.account_id {
        query.push(" and account_id = ").push_bind(account_id);
    }
    if let Some(order_id) = wanted.order_id {
        query.push(" and order_id = ").push_bind(order_id);
    }
    if let Some(state) = wanted.state {
        query.push(" and state = ").push_bind(state.name());
    }
    if let Some((booked_at, shipment_id)) = after {
        query
            .push(" and (booked_at, shipment_id) < (")
            .push_bind(booked_at);
        query.push(", ").push_bind(shipment_id).push(")");
    }
    query
        .push(" order by booked_at desc, shipment_id desc limit ")
        .push_bind(page.fetch());
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(Row::shipment).collect()
}
