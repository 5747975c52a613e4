//! The table `movements`.

use chrono::{DateTime, Utc};
use souk_contracts::{ParcelMoved, ParcelStatus};
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

/// Where a parcel was at some time.
#[derive(FromRow)]
pub(crate) struct Movement {
    pub(crate) status: String,
    pub(crate) location: Option<String>,
    pub(crate) occurred_at: DateTime<Utc>,
}

/// Adds to a parcel's track, unless it is there already.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    shipment_id: Uuid,
    moved: &ParcelMoved,
) -> Result<(), sqlx::Error> {
    let insert = "insert into movements (shipment_id, status, location, occurred_at) \
                  values ($1, $2, $3, $4) on conflict do nothing";
    let query = sqlx::query(insert)
        .bind(shipment_id)
        .bind(name(moved.status))
        .bind(&moved.location)
        .bind(moved.occurred_at);
    query.execute(conn).await.map(drop)
}

/// A parcel's track, from its beginning.
pub(crate) async fn of(pool: &PgPool, shipment_id: Uuid) -> Result<Vec<Movement>, sqlx::Error> {
    let select = "select status, location, occurred_at from movements where shipment_id = $1 \
                  order by occurred_at, movement_id";
    sqlx::query_as(select)
        .bind(shipment_id)
        .fetch_all(pool)
        .await
}

fn name(status: ParcelStatus) -> &'static str {
    match status {
        ParcelStatus::InTransit => "in_transit",
        ParcelStatus::OutForDelivery => "out_for_delivery",
        ParcelStatus::Delivered => "delivered",
    }
}
