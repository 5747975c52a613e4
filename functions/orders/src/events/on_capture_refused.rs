//! The money of an order that has left will not come: it stands on the order, where the merchant sees it.

use souk_contracts::CaptureRefused;
use souk_kit::{Delivery, Refusal};

use super::tell;
use crate::{
    app::App,
    domain::{Fact, News},
};

pub(crate) async fn on_capture_refused(
    app: App,
    delivery: Delivery<CaptureRefused>,
) -> Result<(), Refusal> {
    let news = News::of(Fact::CaptureRefused).because(&*delivery.data.reason);
    tell(&app, &delivery, delivery.data.order_id, news).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::Value;
    use souk_contracts::{Currency, Money};
    use souk_kit::Role;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{ADA, Desk};

    #[tokio::test]
    async fn a_refused_capture_is_a_note_that_the_merchant_sees_and_the_customer_does_not() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        desk.hear(&desk.dispatched(order_id)).await;
        desk.next().await;
        let shipped = desk.order(order_id).await;
        for reason in ["card_expired", "told_again"] {
            let refused = CaptureRefused {
                order_id,
                payment_id: Uuid::from_u128(8),
                amount: Money::new(2500, Currency::EUR),
                reason: reason.into(),
            };
            assert_eq!(desk.hear(&refused).await, StatusCode::ACCEPTED);
        }
        let path = format!("/v2/orders/{order_id}");
        let merchant = desk.token(Uuid::from_u128(1), Role::Merchant);
        let seen = desk.get(&path, &merchant).await.body;
        assert_eq!(seen["payment_problem"]["reason"], "card_expired");
        let own = desk.get(&path, &desk.token(ADA, Role::Customer)).await.body;
        assert_eq!(own.get("payment_problem"), None, "{own}");
        assert_eq!(desk.order(order_id).await, shipped, "it has moved");
        assert_eq!(seen["state"]["status"], Value::from("shipped"));
        assert!(desk.is_silent().await);
    }
}
