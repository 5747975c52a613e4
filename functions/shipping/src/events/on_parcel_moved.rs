//! A carrier says where a parcel is: its track grows, and when it has arrived, so has the shipment.

use souk_contracts::{ParcelMoved, ParcelStatus};
use souk_kit::{Delivery, Refusal, postgres::Outbox};

use crate::{
    announce,
    store::{movements, shipments},
};

pub(crate) async fn on_parcel_moved(
    outbox: Outbox,
    delivery: Delivery<ParcelMoved>,
) -> Result<(), Refusal> {
    let Some(mut tx) = outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let moved = delivery.data;
    let found = shipments::lock_by_tracking_number(tx.conn(), &moved.tracking_number).await?;
    let mut shipment = found.ok_or_else(|| unknown(&moved.tracking_number))?;
    movements::insert(tx.conn(), shipment.shipment_id, &moved).await?;
    if moved.status == ParcelStatus::Delivered {
        let arrived = shipment.deliver(moved.occurred_at);
        if arrived.map_err(|why| Refusal::Never(format!("{}: {why}", moved.tracking_number)))? {
            shipments::save(tx.conn(), &shipment).await?;
            tx.emit(announce::delivered(&shipment, moved.occurred_at, &tx))?;
        }
    }
    Ok(tx.commit().await?)
}

/// Carriers scan a parcel when they take it, and the merchant may tell of the dispatch a moment later: it is worth to wait
/// for. A number that stays unknown ends among the dead letters all the same.
fn unknown(tracking_number: &str) -> Refusal {
    Refusal::Later(format!("no shipment has left as {tracking_number}"))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use serde_json::json;
    use souk_contracts::{Contract, ParcelStatus};
    use uuid::Uuid;

    use crate::testing::Dock;

    #[tokio::test]
    async fn the_track_is_told_in_the_order_of_its_times_and_the_arrival_is_announced_once() {
        let mut dock = Dock::open().await;
        let shipment_id = dock.booked(&dock.confirmed()).await;
        dock.dispatched(shipment_id, "T-1").await;
        let arrived = dock.moved("T-1", ParcelStatus::Delivered, TimeDelta::hours(9));
        let seen = dock.moved("T-1", ParcelStatus::InTransit, TimeDelta::hours(2));
        for moved in [&arrived, &seen, &arrived, &seen] {
            assert_eq!(dock.hear(moved).await, StatusCode::ACCEPTED);
        }

        let shipment = dock.shipment(shipment_id).await;
        assert_eq!(shipment["status"], "delivered");
        assert_eq!(shipment["delivered_at"], json!(arrived.occurred_at));
        let track = shipment["track"].as_array().unwrap();
        let statuses: Vec<_> = track.iter().map(|moved| &moved["status"]).collect();
        assert_eq!(statuses, ["in_transit", "delivered"]);
        let (event_type, delivered) = dock.next().await;
        assert_eq!(event_type, "dev.souk.shipment.delivered.v1");
        assert_eq!(delivered["delivered_at"], json!(arrived.occurred_at));
        assert!(dock.rest().await.is_empty(), "it has arrived twice");
    }

    #[tokio::test]
    async fn a_parcel_that_nobody_has_dispatched_is_waited_for() {
        let mut dock = Dock::open().await;
        let shipment_id = dock.booked(&dock.confirmed()).await;
        let moved = dock.moved("T-1", ParcelStatus::InTransit, TimeDelta::hours(1));
        let event = moved.event(Uuid::now_v7(), dock.now());
        assert_eq!(dock.deliver(&event).await, StatusCode::SERVICE_UNAVAILABLE);
        dock.dispatched(shipment_id, "T-1").await;
        assert_eq!(dock.deliver(&event).await, StatusCode::ACCEPTED);
        let track = dock.shipment(shipment_id).await["track"].clone();
        assert_eq!(track[0]["location"], "Leipzig");
    }
}
