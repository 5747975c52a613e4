//! Nothing will leave for an order: shipping agrees that it is cancelled, so now it is.

use souk_contracts::ShipmentCancelled;
use souk_kit::{Delivery, Refusal};

use super::tell;
use crate::{
    app::App,
    domain::{Fact, News},
};

pub(crate) async fn on_shipment_cancelled(
    app: App,
    delivery: Delivery<ShipmentCancelled>,
) -> Result<(), Refusal> {
    let news = News::of(Fact::ShipmentCancelled);
    tell(&app, &delivery, delivery.data.order_id, news).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use souk_contracts::{Contract, Shortage, StockRejected};
    use uuid::Uuid;

    use crate::testing::Desk;

    #[tokio::test]
    async fn an_order_whose_pieces_are_gone_is_cancelled_when_shipping_agrees_and_says_what_was_missing()
     {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        let shortage = Shortage {
            sku: "MUG-BLUE".into(),
            requested: 2,
            available: 1,
        };
        let rejected = StockRejected {
            order_id,
            shortages: vec![shortage],
        };
        desk.hear(&rejected).await;
        let (event_type, asked) = desk.next().await;
        assert_eq!(event_type, "dev.souk.cancellation.requested.v1");
        assert_eq!(asked["reason"], "out_of_stock");
        assert_eq!(desk.order(order_id).await["status"], "confirmed");

        let agreed = desk.agreed(order_id).event(Uuid::now_v7(), desk.now());
        for _ in 0..2 {
            assert_eq!(desk.deliver(&agreed).await, StatusCode::ACCEPTED);
        }
        // Shipping was asked twice, and has answered twice.
        desk.hear(&desk.agreed(order_id)).await;
        let cancelled = desk.next().await.1;
        assert_eq!(cancelled["reason"], "out_of_stock");
        assert_eq!(cancelled["detail"], "MUG-BLUE: 2 ordered, 1 available");
        assert!(desk.is_silent().await, "it was cancelled twice");
    }

    #[tokio::test]
    async fn a_shipment_that_was_cancelled_though_its_parcel_has_left_is_refused_for_ever() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        desk.hear(&desk.dispatched(order_id)).await;
        let refused = desk.hear(&desk.agreed(order_id)).await;
        assert_eq!(refused, StatusCode::BAD_REQUEST);
        assert_eq!(desk.order(order_id).await["status"], "shipped");
    }
}
