//! The PingSource's call: what was left open is asked again, and the outbox is swept. What waits for its customer is looked at, so a
//! notice of the provider that was lost is made good.

use serde::de::IgnoredAny;
use souk_kit::{Delivery, Refusal};

use crate::{
    app::App,
    settle::{Halt, News, postpone, settle},
    store::ledger,
};

const BATCH_ORDERS: i64 = 100;

pub(crate) async fn on_sweep(app: App, _: Delivery<IgnoredAny>) -> Result<(), Refusal> {
    let settled = settle_left_open(&app).await;
    app.outbox.sweep().await.map_err(Refusal::Later)?;
    settled
}

/// One that cannot be settled does not keep the others waiting.
async fn settle_left_open(app: &App) -> Result<(), Refusal> {
    let now = app.outbox.clock().now();
    let mut outcome = Ok(());
    for order_id in ledger::left_open(app.outbox.pool(), now, BATCH_ORDERS).await? {
        match settle(app, order_id, News::Nothing).await {
            Ok(()) => {}
            Err(Halt::Away(why)) => {
                outcome = outcome.and(postpone(app, order_id, None, &why).await);
            }
            Err(Halt::Refused(Refusal::Never(why))) => {
                tracing::error!(why, "somebody has to look at a payment");
            }
            Err(Halt::Refused(later)) => outcome = Err(later),
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use uuid::Uuid;

    use crate::testing::Till;

    #[tokio::test]
    async fn a_sweep_finishes_what_a_crash_and_a_lost_cancellation_left_open() {
        let mut till = Till::open().await;
        let order_id = Uuid::now_v7();
        till.crash_while_asking(&till.requested(order_id, "pm_card_visa"))
            .await;
        till.hear(&till.cancelled(order_id)).await;
        assert_eq!(till.sweep().await, StatusCode::ACCEPTED);
        assert_eq!(till.payment(order_id).await["status"], "pending");
        till.wait(TimeDelta::minutes(1)).await;
        assert_eq!(till.sweep().await, StatusCode::ACCEPTED);
        assert_eq!(till.payment(order_id).await["status"], "voided");
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        assert_eq!(till.next().await.0, "dev.souk.payment.voided.v1");
    }
}
