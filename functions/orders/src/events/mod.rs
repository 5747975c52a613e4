//! What this function hears: one file for each type of event.

mod on_account_erased;
mod on_capture_refused;
mod on_payment_authorized;
mod on_payment_declined;
mod on_product_published;
mod on_product_withdrawn;
mod on_shipment_booked;
mod on_shipment_cancelled;
mod on_shipment_delivered;
mod on_shipment_dispatched;
mod on_stock_rejected;
mod on_stock_reserved;
mod on_sweep;

pub(crate) use on_account_erased::on_account_erased;
pub(crate) use on_capture_refused::on_capture_refused;
pub(crate) use on_payment_authorized::on_payment_authorized;
pub(crate) use on_payment_declined::on_payment_declined;
pub(crate) use on_product_published::on_product_published;
pub(crate) use on_product_withdrawn::on_product_withdrawn;
pub(crate) use on_shipment_booked::on_shipment_booked;
pub(crate) use on_shipment_cancelled::on_shipment_cancelled;
pub(crate) use on_shipment_delivered::on_shipment_delivered;
pub(crate) use on_shipment_dispatched::on_shipment_dispatched;
pub(crate) use on_stock_rejected::on_stock_rejected;
pub(crate) use on_stock_reserved::on_stock_reserved;
pub(crate) use on_sweep::on_sweep;

use souk_kit::{Delivery, Refusal};
use uuid::Uuid;

use crate::{app::App, conduct, domain::News, metrics, store::orders};

/// Tells an order what has happened: recognise, lock, decide, commit.
///
/// Whoever speaks of an order has heard of it from here, after it was committed: one that is unknown is none that will come.
async fn tell<T>(
    app: &App,
    delivery: &Delivery<T>,
    order_id: Uuid,
    news: News,
) -> Result<(), Refusal> {
    let Some(mut tx) = app.outbox.receive(delivery).await? else {
        return Ok(());
    };
    let unknown = || Refusal::Never(format!("there is no order {order_id}"));
    let mut order = orders::lock(tx.conn(), order_id)
        .await?
        .ok_or_else(unknown)?;
    let contradiction = |why| Refusal::Never(format!("order {order_id}: {why}"));
    let heard = conduct::tell::<Refusal>(&mut tx, &mut order, news).await?;
    let heard = heard.map_err(contradiction)?;
    tx.commit().await?;
    metrics::heard(&order, heard);
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use souk_contracts::{Contract, PaymentDeclined, ShipmentDelivered, Shortage, StockRejected};

    use super::*;
    use crate::testing::{Desk, payment_authorized};

    #[tokio::test]
    async fn an_order_walks_from_pending_to_delivered() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        assert_eq!(desk.order(order_id).await["status"], "confirmed");
        desk.hear(&desk.dispatched(order_id)).await;
        assert_eq!(desk.next().await.1["tracking_number"], "T-1");
        let shipped = desk.order(order_id).await;
        assert_eq!(
            (&shipped["status"], &shipped["shipment"]["carrier"]),
            (&"shipped".into(), &"dhl".into())
        );
        let delivered_at = desk.now();
        desk.hear(&ShipmentDelivered {
            shipment_id: Uuid::nil(),
            order_id,
            delivered_at,
        })
        .await;
        assert_eq!(desk.next().await.0, "dev.souk.order.delivered.v1");
        assert_eq!(desk.order(order_id).await["status"], "delivered");
    }

    #[tokio::test]
    async fn an_order_larger_than_the_stock_is_cancelled_and_says_what_was_missing() {
        let mut desk = Desk::open().await;
        let order_id = desk.placed().await;
        let shortage = Shortage {
            sku: "MUG-BLUE".into(),
            requested: 2,
            available: 1,
        };
        desk.hear(&StockRejected {
            order_id,
            shortages: vec![shortage],
        })
        .await;
        let cancelled = desk.next().await.1;
        assert_eq!(cancelled["reason"], "out_of_stock");
        assert_eq!(cancelled["detail"], "MUG-BLUE: 2 ordered, 1 available");
        assert_eq!(desk.order(order_id).await["status_reason"], "out_of_stock");
    }

    #[tokio::test]
    async fn a_declined_payment_cancels_and_one_that_is_authorized_later_changes_nothing() {
        let mut desk = Desk::open().await;
        let order_id = desk.placed().await;
        desk.hear(&desk.stock_reserved(order_id)).await;
        desk.next().await;
        let reason = "insufficient_funds".to_owned();
        desk.hear(&PaymentDeclined {
            order_id,
            payment_id: Uuid::nil(),
            reason,
        })
        .await;
        assert_eq!(desk.next().await.1["detail"], "insufficient_funds");
        assert_eq!(
            desk.hear(&payment_authorized(order_id)).await,
            StatusCode::ACCEPTED
        );
        assert_eq!(
            desk.order(order_id).await["status_reason"],
            "payment_declined"
        );
        assert!(desk.is_silent().await);
    }

    #[tokio::test]
    async fn the_same_event_twice_moves_an_order_once() {
        let mut desk = Desk::open().await;
        let order_id = desk.placed().await;
        let event = desk
            .stock_reserved(order_id)
            .event(Uuid::now_v7(), desk.now());
        assert_eq!(desk.deliver(&event).await, StatusCode::ACCEPTED);
        assert_eq!(desk.deliver(&event).await, StatusCode::ACCEPTED);
        assert_eq!(desk.next().await.0, "dev.souk.payment.requested.v1");
        assert!(desk.is_silent().await);
    }

    #[tokio::test]
    async fn what_cannot_be_true_is_refused_for_ever() {
        let mut desk = Desk::open().await;
        let order_id = desk.placed().await;
        assert_eq!(
            desk.hear(&payment_authorized(order_id)).await,
            StatusCode::BAD_REQUEST
        );
        assert_eq!(
            desk.hear(&payment_authorized(Uuid::nil())).await,
            StatusCode::BAD_REQUEST
        );
        assert_eq!(desk.order(order_id).await["status"], "pending");
    }
}
