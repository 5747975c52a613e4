//! A payment was put off while the provider was away: what is due about it is asked again.

use souk_contracts::PaymentPostponed;
use souk_kit::{Delivery, Refusal};

use crate::{
    app::App,
    settle::{Heard, News, settle_or_postpone},
};

pub(crate) async fn on_payment_postponed(
    app: App,
    delivery: Delivery<PaymentPostponed>,
) -> Result<(), Refusal> {
    let heard = Heard::attempt(&delivery);
    settle_or_postpone(&app, delivery.data.order_id, News::Nothing, heard).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use serde_json::Value;
    use souk_contracts::PaymentPostponed;
    use uuid::Uuid;

    use crate::testing::Till;

    const YOUNG: TimeDelta = TimeDelta::seconds(3);
    const OLD: TimeDelta = TimeDelta::seconds(15);

    async fn postponed(till: &mut Till) -> PaymentPostponed {
        let (event_type, data) = till.next().await;
        assert_eq!(event_type, "dev.souk.payment.postponed.v1");
        serde_json::from_value(data).unwrap()
    }

    #[tokio::test]
    async fn a_payment_waits_visibly_while_the_provider_is_away_and_is_made_when_it_is_back() {
        let mut till = Till::open().await;
        let order_id = Uuid::now_v7();
        let requested = till.requested(order_id, "pm_card_visa");
        till.switch(r#"{"mode":"fail"}"#).await;
        let early = till.hear_late(&requested, YOUNG).await;
        assert_eq!(early, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(till.payment(order_id).await["waiting"], Value::Null);
        assert_eq!(till.hear_late(&requested, OLD).await, StatusCode::ACCEPTED);
        let first = postponed(&mut till).await;
        assert_eq!(till.payment(order_id).await["waiting"]["attempts"], 1);

        assert_eq!(till.hear(&first).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(till.hear_late(&first, OLD).await, StatusCode::ACCEPTED);
        let second = postponed(&mut till).await;
        assert_eq!((first.attempt, second.attempt), (1, 2));
        assert_eq!(till.hear_late(&first, OLD).await, StatusCode::ACCEPTED);
        assert!(
            till.is_silent().await,
            "an attempt that comes twice is followed by one"
        );

        till.switch(r#"{"mode":"normal"}"#).await;
        till.until_asked_again(&second).await;
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        let payment = till.payment(order_id).await;
        assert_eq!(
            (&payment["status"], &payment["waiting"]),
            (&"authorized".into(), &Value::Null)
        );
        assert_eq!(till.hear_late(&second, OLD).await, StatusCode::ACCEPTED);
        assert!(till.is_silent().await);
        assert_eq!(till.intents().await.len(), 1);
    }

    #[tokio::test]
    async fn of_an_order_that_was_cancelled_meanwhile_nothing_is_held_in_the_end() {
        let mut till = Till::open().await;
        let order_id = Uuid::now_v7();
        till.switch(r#"{"mode":"fail"}"#).await;
        let requested = till.requested(order_id, "pm_card_visa");
        assert_eq!(till.hear_late(&requested, OLD).await, StatusCode::ACCEPTED);
        let first = postponed(&mut till).await;
        let cancelled = till.cancelled(order_id);
        assert_eq!(till.hear_late(&cancelled, OLD).await, StatusCode::ACCEPTED);
        let second = postponed(&mut till).await;
        assert_eq!(till.hear_late(&first, OLD).await, StatusCode::ACCEPTED);
        assert!(till.is_silent().await);
        till.switch(r#"{"mode":"normal"}"#).await;
        till.until_asked_again(&second).await;
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        assert_eq!(till.next().await.0, "dev.souk.payment.voided.v1");
        assert_eq!(till.intents().await[0]["status"], "canceled");
    }

    #[tokio::test]
    async fn a_capture_waits_too() {
        let mut till = Till::open().await;
        let order_id = till.authorized().await;
        till.switch(r#"{"mode":"fail"}"#).await;
        let dispatched = till.dispatched(order_id);
        assert_eq!(till.hear_late(&dispatched, OLD).await, StatusCode::ACCEPTED);
        let first = postponed(&mut till).await;
        till.switch(r#"{"mode":"normal"}"#).await;
        till.until_asked_again(&first).await;
        assert_eq!(till.next().await.0, "dev.souk.payment.captured.v1");
    }

    #[tokio::test]
    async fn a_sweep_puts_a_payment_off_whose_attempts_were_lost() {
        let mut till = Till::open().await;
        let requested = till.requested(Uuid::now_v7(), "pm_card_visa");
        till.switch(r#"{"mode":"fail"}"#).await;
        assert_eq!(till.hear_late(&requested, OLD).await, StatusCode::ACCEPTED);
        assert_eq!(postponed(&mut till).await.attempt, 1);
        assert_eq!(till.sweep().await, StatusCode::ACCEPTED);
        assert_eq!(postponed(&mut till).await.attempt, 2);
    }
}
