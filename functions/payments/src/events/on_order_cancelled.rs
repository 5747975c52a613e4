//! An order will not be shipped: its money is let go, or given back. If nothing was asked yet, nothing will be.

use souk_contracts::OrderCancelled;
use souk_kit::{Delivery, Refusal};

use crate::{
    app::App,
    settle::{Heard, News, settle_or_postpone},
};

pub(crate) async fn on_order_cancelled(
    app: App,
    delivery: Delivery<OrderCancelled>,
) -> Result<(), Refusal> {
    let heard = Heard::event(&delivery);
    let OrderCancelled {
        order_id,
        account_id,
        ..
    } = delivery.data;
    settle_or_postpone(&app, order_id, News::Cancelled(account_id), heard).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use uuid::Uuid;

    use crate::testing::Till;

    #[tokio::test]
    async fn money_that_is_held_is_let_go() {
        let mut till = Till::open().await;
        let order_id = till.authorized().await;
        let cancelled = till.cancelled(order_id);
        assert_eq!(till.hear(&cancelled).await, StatusCode::ACCEPTED);
        assert_eq!(till.next().await.0, "dev.souk.payment.voided.v1");
        assert_eq!(till.intents().await[0]["status"], "canceled");
        assert_eq!(till.hear(&cancelled).await, StatusCode::ACCEPTED);
        assert!(till.is_silent().await);
        let dispatched = till.hear(&till.dispatched(order_id)).await;
        assert_eq!(dispatched, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn of_money_that_was_taken_the_rest_is_given_back() {
        let mut till = Till::open().await;
        let order_id = till.captured().await;
        till.refund(
            order_id,
            "k1",
            r#"{"amount":{"amount_minor":500,"currency":"EUR"}}"#,
        )
        .await;
        assert_eq!(till.next().await.1["amount"]["amount_minor"], 500);
        till.hear(&till.cancelled(order_id)).await;
        let (event_type, refunded) = till.next().await;
        assert_eq!(event_type, "dev.souk.payment.refunded.v1");
        assert_eq!(refunded["amount"]["amount_minor"], 2000);
        assert_eq!(till.payment(order_id).await["status"], "refunded");
    }

    #[tokio::test]
    async fn after_a_cancellation_that_comes_first_no_money_is_asked_for() {
        let mut till = Till::open().await;
        let order_id = Uuid::now_v7();
        let cancelled = till.hear(&till.cancelled(order_id)).await;
        assert_eq!(cancelled, StatusCode::ACCEPTED);
        let requested = till.hear(&till.requested(order_id, "pm_card_visa")).await;
        assert_eq!(requested, StatusCode::ACCEPTED);
        assert!(till.intents().await.is_empty() && till.is_silent().await);
    }

    #[tokio::test]
    async fn a_cancellation_in_the_middle_of_an_authorisation_lets_the_money_go() {
        let mut till = Till::open().await;
        let order_id = Uuid::now_v7();
        let requested = till.requested(order_id, "pm_card_visa");
        till.crash_while_asking(&requested).await;
        let cancelled = till.hear(&till.cancelled(order_id)).await;
        assert_eq!(cancelled, StatusCode::SERVICE_UNAVAILABLE);
        till.wait(TimeDelta::minutes(1)).await;
        // Whoever comes next finishes it: here the request, which knows nothing of the cancellation.
        assert_eq!(till.hear(&requested).await, StatusCode::ACCEPTED);
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        assert_eq!(till.next().await.0, "dev.souk.payment.voided.v1");
        assert_eq!(till.intents().await.len(), 1);
        assert_eq!(till.intents().await[0]["status"], "canceled");
    }
}
