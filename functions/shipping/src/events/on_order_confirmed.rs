//! An order is to be shipped: a shipment is booked, unless the order was cancelled meanwhile.

use chrono::{DateTime, Utc};
use souk_contracts::{OrderConfirmed, StockLine};
use souk_kit::{Delivery, Refusal, postgres::Outbox};
use uuid::Uuid;

use crate::{
    announce,
    domain::{Shipment, State},
    store::{
        shipments,
        standings::{self, Standing},
    },
};

pub(crate) async fn on_order_confirmed(
    outbox: Outbox,
    delivery: Delivery<OrderConfirmed>,
) -> Result<(), Refusal> {
    let Some(mut tx) = outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let order = delivery.data;
    let standing = standings::confirm(tx.conn(), order.order_id, order.confirmed_at).await?;
    if standing == Standing::ToBeShipped {
        let shipment = book(tx.id(), order, tx.now());
        shipments::insert(tx.conn(), &shipment).await?;
        tx.emit(announce::booked(&shipment, &tx))?;
    }
    Ok(tx.commit().await?)
}

fn book(shipment_id: Uuid, order: OrderConfirmed, now: DateTime<Utc>) -> Shipment {
    let lines = order.lines.into_iter().map(|line| StockLine {
        sku: line.sku,
        quantity: line.quantity,
    });
    Shipment {
        shipment_id,
        order_id: order.order_id,
        account_id: order.account_id,
        state: State::Booked,
        lines: lines.collect(),
        shipping_address: order.shipping_address,
        parcel: None,
        booked_at: now,
        dispatched_at: None,
        delivered_at: None,
        cancelled_at: None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use crate::testing::Dock;

    #[tokio::test]
    async fn a_confirmed_order_is_booked_and_announced_once() {
        let mut dock = Dock::open().await;
        let order = dock.confirmed();
        // Even as two events, as after an inbox that has forgotten the first.
        assert_eq!(dock.hear(&order).await, StatusCode::ACCEPTED);
        assert_eq!(dock.hear(&order).await, StatusCode::ACCEPTED);

        let shipment = dock.only_shipment_of(order.order_id).await;
        assert_eq!(shipment["status"], "booked");
        assert_eq!(
            shipment["lines"],
            json!([{ "sku": "MUG-BLUE", "quantity": 2 }])
        );
        assert_eq!(shipment["shipping_address"]["city"], "Berlin");
        let (event_type, booked) = dock.next().await;
        assert_eq!(event_type, "dev.souk.shipment.booked.v1");
        assert_eq!(booked["shipment_id"], shipment["shipment_id"]);
        assert!(dock.rest().await.is_empty(), "it was announced twice");
    }
}
