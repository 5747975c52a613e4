//! A parcel has left: the money that is held for it is taken.

use souk_contracts::ShipmentDispatched;
use souk_kit::{Delivery, Refusal};

use crate::{
    app::App,
    settle::{Heard, News, settle_or_postpone},
};

pub(crate) async fn on_shipment_dispatched(
    app: App,
    delivery: Delivery<ShipmentDispatched>,
) -> Result<(), Refusal> {
    let heard = Heard::event(&delivery);
    settle_or_postpone(&app, delivery.data.order_id, News::Dispatched, heard).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use uuid::Uuid;

    use crate::testing::Till;

    #[tokio::test]
    async fn the_money_is_taken_once() {
        let mut till = Till::open().await;
        let order_id = till.authorized().await;
        let dispatched = till.dispatched(order_id);
        assert_eq!(till.hear(&dispatched).await, StatusCode::ACCEPTED);
        let (event_type, captured) = till.next().await;
        assert_eq!(event_type, "dev.souk.payment.captured.v1");
        assert_eq!(captured["amount"]["amount_minor"], 2500);
        assert_eq!(till.intents().await[0]["status"], "succeeded");

        till.switch(r#"{"mode":"fail"}"#).await;
        assert_eq!(till.hear(&dispatched).await, StatusCode::ACCEPTED);
        assert!(till.is_silent().await);
        let payment = till.payment(order_id).await;
        assert_eq!(payment["status"], "captured");
        let kinds: Vec<_> = payment["ledger"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["authorization", "capture"]);
    }

    #[tokio::test]
    async fn a_parcel_without_money_is_refused_for_ever() {
        let till = Till::open().await;
        let unknown = till.dispatched(Uuid::now_v7());
        assert_eq!(till.hear(&unknown).await, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn what_the_provider_will_not_take_is_left_to_people_and_can_be_asked_again() {
        let mut till = Till::open().await;
        let order_id = till.authorized().await;
        till.cancel_at_the_provider().await;
        let dispatched = till.dispatched(order_id);
        for _ in 0..2 {
            assert_eq!(till.hear(&dispatched).await, StatusCode::BAD_REQUEST);
            let (event_type, refused) = till.next().await;
            assert_eq!(event_type, "dev.souk.capture.refused.v1");
            assert_eq!(refused["reason"], "payment_intent_unexpected_state");
        }
        let payment = till.payment(order_id).await;
        assert_eq!(payment["status"], "authorized");
        assert_eq!(payment["ledger"][2]["status"], "refused");
        assert_eq!(
            payment["ledger"][2]["reason"],
            "payment_intent_unexpected_state"
        );
    }
}
