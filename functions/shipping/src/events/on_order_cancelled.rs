//! An order was given up: what still waits to be packed is cancelled, and nothing will be booked for it. What has left goes on.
//! A confirmed order is given up only after this function has agreed (`on_cancellation_requested`), and so nothing waits here; the
//! release before has given them up alone.

use souk_contracts::OrderCancelled;
use souk_kit::{Delivery, Refusal, postgres::Outbox};

use super::cancel_all;
use crate::store::{shipments, standings};

pub(crate) async fn on_order_cancelled(
    outbox: Outbox,
    delivery: Delivery<OrderCancelled>,
) -> Result<(), Refusal> {
    let Some(mut tx) = outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let order_id = delivery.data.order_id;
    standings::cancel(tx.conn(), order_id, delivery.data.cancelled_at).await?;
    let mut shipments = shipments::lock_of_order(tx.conn(), order_id).await?;
    cancel_all(&mut tx, order_id, &mut shipments).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::http::StatusCode;
    use futures::future::join_all;

    use crate::testing::Dock;

    #[tokio::test]
    async fn a_shipment_that_waits_to_be_packed_is_cancelled() {
        let mut dock = Dock::open().await;
        let order = dock.confirmed();
        let shipment_id = dock.booked(&order).await;
        for _ in 0..2 {
            assert_eq!(
                dock.hear(&dock.cancelled(order.order_id)).await,
                StatusCode::ACCEPTED
            );
        }
        assert_eq!(dock.shipment(shipment_id).await["status"], "cancelled");
        assert!(dock.rest().await.is_empty(), "nobody waits to hear of it");
    }

    #[tokio::test]
    async fn a_shipment_that_has_left_is_not_cancelled() {
        let mut dock = Dock::open().await;
        let order = dock.confirmed();
        let shipment_id = dock.booked(&order).await;
        dock.dispatched(shipment_id, "T-1").await;
        assert_eq!(
            dock.hear(&dock.cancelled(order.order_id)).await,
            StatusCode::ACCEPTED
        );
        assert_eq!(dock.shipment(shipment_id).await["status"], "dispatched");
    }

    #[tokio::test]
    async fn nothing_is_booked_for_an_order_whose_cancellation_was_heard_first() {
        let mut dock = Dock::open().await;
        let order = dock.confirmed();
        dock.hear(&dock.cancelled(order.order_id)).await;
        assert_eq!(dock.hear(&order).await, StatusCode::ACCEPTED);
        assert!(dock.shipments_of(order.order_id).await.is_empty());
        assert!(dock.rest().await.is_empty());
    }

    /// Both facts at the same moment: whichever is first, no shipment is left to be packed.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_cancellation_that_crosses_the_confirmation_is_not_overlooked() {
        let dock = Arc::new(Dock::open().await);
        let cross = |_| {
            let dock = Arc::clone(&dock);
            tokio::spawn(async move {
                let order = dock.confirmed();
                let cancelled = dock.cancelled(order.order_id);
                let answers = tokio::join!(dock.hear(&order), dock.hear(&cancelled));
                assert_eq!(answers, (StatusCode::ACCEPTED, StatusCode::ACCEPTED));
                dock.shipments_of(order.order_id).await
            })
        };
        for shipments in join_all((0..30).map(cross)).await {
            assert!(
                shipments
                    .unwrap()
                    .iter()
                    .all(|one| one["status"] == "cancelled")
            );
        }
    }
}
