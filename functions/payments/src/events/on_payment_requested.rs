//! An order is to be paid: the provider is asked to hold the money.

use souk_contracts::PaymentRequested;
use souk_kit::{Delivery, Refusal};

use crate::{
    app::App,
    domain::Request,
    settle::{Heard, News, settle_or_postpone},
};

pub(crate) async fn on_payment_requested(
    app: App,
    delivery: Delivery<PaymentRequested>,
) -> Result<(), Refusal> {
    let heard = Heard::event(&delivery);
    let PaymentRequested {
        order_id,
        account_id,
        amount,
        payment_method,
    } = delivery.data;
    let request = Request {
        order_id,
        account_id,
        amount,
        payment_method,
    };
    settle_or_postpone(&app, order_id, News::Requested(request), heard).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use uuid::Uuid;

    use crate::testing::Till;

    #[tokio::test]
    async fn the_provider_holds_the_money_and_is_not_asked_again_when_the_request_comes_again() {
        let mut till = Till::open().await;
        let order_id = Uuid::now_v7();
        let requested = till.requested(order_id, "pm_card_visa");
        assert_eq!(till.hear(&requested).await, StatusCode::ACCEPTED);
        let (event_type, authorized) = till.next().await;
        assert_eq!(event_type, "dev.souk.payment.authorized.v1");
        let [intent] = &till.intents().await[..] else {
            panic!("not one intent")
        };
        assert_eq!(authorized["provider_reference"], intent["id"]);
        assert_eq!(authorized["amount"]["amount_minor"], 2500);
        assert_eq!(
            (&intent["status"], &intent["metadata"]["order_id"]),
            (&"requires_capture".into(), &order_id.to_string().into())
        );

        till.switch(r#"{"mode":"fail"}"#).await;
        assert_eq!(till.hear(&requested).await, StatusCode::ACCEPTED);
        assert!(till.is_silent().await);
    }

    #[tokio::test]
    async fn a_declined_card_is_announced_with_the_providers_code() {
        let mut till = Till::open().await;
        for (payment_method, reason) in [
            (
                "pm_card_visa_chargeDeclinedInsufficientFunds",
                "insufficient_funds",
            ),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
            ("pm_card_of_nobody", "resource_missing"),
        ] {
            let order_id = Uuid::now_v7();
            let heard = till.hear(&till.requested(order_id, payment_method)).await;
            assert_eq!(heard, StatusCode::ACCEPTED);
            let (event_type, declined) = till.next().await;
            assert_eq!(event_type, "dev.souk.payment.declined.v1");
            assert_eq!(declined["reason"], reason);
            assert_eq!(till.payment(order_id).await["status"], "declined");
        }
    }

    #[tokio::test]
    async fn while_the_provider_is_down_the_broker_is_asked_to_come_later_and_one_payment_is_made()
    {
        let mut till = Till::open().await;
        let requested = till.requested(Uuid::now_v7(), "pm_card_visa");
        // Three tries are one delivery.
        till.switch(r#"{"mode":"fail","next":3}"#).await;
        assert_eq!(till.hear(&requested).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(till.hear(&requested).await, StatusCode::ACCEPTED);
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        assert_eq!(till.intents().await.len(), 1);
    }

    #[tokio::test]
    async fn an_answer_that_is_lost_does_not_hold_the_money_twice() {
        let mut till = Till::with_timeout(Duration::from_millis(700)).await;
        till.switch(r#"{"mode":"hang","next":1}"#).await;
        let requested = till.requested(Uuid::now_v7(), "pm_card_visa");
        assert_eq!(till.hear(&requested).await, StatusCode::ACCEPTED);
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        assert_eq!(till.intents().await.len(), 1);
    }

    #[tokio::test]
    async fn after_a_crash_the_same_question_is_asked_again_and_nobody_asks_before_that() {
        let mut till = Till::open().await;
        let requested = till.requested(Uuid::now_v7(), "pm_card_visa");
        till.crash_while_asking(&requested).await;
        assert_eq!(till.hear(&requested).await, StatusCode::SERVICE_UNAVAILABLE);
        till.wait(TimeDelta::minutes(1)).await;
        assert_eq!(till.hear(&requested).await, StatusCode::ACCEPTED);
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        assert_eq!(till.intents().await.len(), 1);
    }

    #[tokio::test]
    async fn what_an_older_release_has_asked_under_the_same_key_is_found() {
        let mut till = Till::open().await;
        let order_id = Uuid::now_v7();
        let requested = till.requested(order_id, "pm_card_visa");
        till.switch(r#"{"mode":"fail","next":3}"#).await;
        assert_eq!(till.hear(&requested).await, StatusCode::SERVICE_UNAVAILABLE);
        till.ask_as_before(order_id, &order_id.to_string()).await;
        assert_eq!(till.hear(&requested).await, StatusCode::ACCEPTED);
        let (event_type, authorized) = till.next().await;
        assert_eq!(event_type, "dev.souk.payment.authorized.v1");
        let intents = till.intents().await;
        assert_eq!(
            (intents.len(), &authorized["provider_reference"]),
            (1, &intents[0]["id"])
        );
    }

    #[tokio::test]
    async fn a_question_whose_key_the_provider_may_have_forgotten_does_not_hold_the_money_twice() {
        let mut till = Till::open().await;
        let order_id = Uuid::now_v7();
        let requested = till.requested(order_id, "pm_card_visa");
        till.switch(r#"{"mode":"fail","next":3}"#).await;
        assert_eq!(till.hear(&requested).await, StatusCode::SERVICE_UNAVAILABLE);
        // The provider has heard it, but not under the key that it will be asked again with.
        till.ask_as_before(order_id, "forgotten").await;
        till.wait(TimeDelta::hours(24)).await;
        assert_eq!(till.hear(&requested).await, StatusCode::ACCEPTED);
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        assert_eq!(till.intents().await.len(), 1);
    }
}
