//! The PingSource's call: orders that nobody has paid are cancelled, shipping is asked about orders of which it says nothing,
//! partitions are kept, and the outbox is swept.

use serde::de::IgnoredAny;
use souk_kit::{Delivery, Refusal};

use crate::{
    app::App,
    conduct::say,
    domain::{Fact, News},
    metrics, reminders,
    store::{erasure, orders},
    upkeep::keep_partitions,
};

/// Few enough to be locked together for a moment.
const BATCH_ORDERS: usize = 100;

/// A ping needs no inbox: an order that was cancelled is not found again.
pub(crate) async fn on_sweep(app: App, _: Delivery<IgnoredAny>) -> Result<(), Refusal> {
    while cancel_unpaid(&app).await? == BATCH_ORDERS {}
    reminders::ask_about_unbooked(&app).await?;
    reminders::ask_again(&app).await?;
    app.outbox.sweep().await.map_err(Refusal::Later)?;
    // Last: while somebody works on the table for long, this is tried again, and nothing waits for it.
    Ok(keep_partitions(&app).await?)
}

/// Cancels some orders whose time to be paid is over; how many.
async fn cancel_unpaid(app: &App) -> Result<usize, Refusal> {
    let mut tx = app.outbox.begin().await?;
    let (now, limit) = (tx.now(), BATCH_ORDERS as i64);
    let mut unpaid =
        orders::lock_unpaid(tx.conn(), now - app.patience.payment_window, limit).await?;
    let mut told = Vec::with_capacity(unpaid.len());
    for order in &mut unpaid {
        let news = News::of(Fact::PaymentWindowClosed);
        let heard = order
            .hear(news, now)
            .map_err(|why| Refusal::Never(why.to_string()))?;
        say(&mut tx, order, heard)?;
        told.push(heard);
    }
    orders::save(tx.conn(), &unpaid.iter().collect::<Vec<_>>()).await?;
    let accounts: Vec<_> = unpaid
        .iter()
        .map(|order| order.purchase.account_id)
        .collect();
    erasure::apply(tx.conn(), &accounts).await?;
    tx.commit().await?;
    for (order, heard) in unpaid.iter().zip(told) {
        metrics::heard(order, heard);
    }
    Ok(unpaid.len())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use souk_kit::Role;

    use crate::testing::{Desk, order_of, payment_authorized};

    #[tokio::test]
    async fn only_orders_that_nobody_has_paid_in_time_are_cancelled() {
        let mut desk = Desk::open().await;
        let (paid, unpaid) = (desk.confirmed().await, desk.placed().await);
        desk.wait(TimeDelta::minutes(15)).await;
        let recent = desk.placed().await;
        desk.wait(TimeDelta::seconds(1)).await;
        assert_eq!(desk.sweep().await, StatusCode::ACCEPTED);

        let (_, cancelled) = desk.next().await;
        assert_eq!(cancelled["order_id"], unpaid.to_string());
        assert_eq!(cancelled["reason"], "payment_timed_out");
        assert_eq!(desk.order(paid).await["status"], "confirmed");
        assert_eq!(desk.order(recent).await["status"], "pending");
        assert!(desk.is_silent().await, "another order was cancelled");

        assert_eq!(
            desk.hear(&payment_authorized(unpaid)).await,
            StatusCode::ACCEPTED
        );
        assert_eq!(
            desk.order(unpaid).await["status"],
            "cancelled",
            "a payment that comes too late changes nothing"
        );
    }

    #[tokio::test]
    async fn one_sweep_cancels_more_than_one_batch() {
        let desk = Desk::open().await;
        for number in 0..=super::BATCH_ORDERS {
            let (key, order) = (number.to_string(), order_of("MUG-BLUE", 1));
            // So many at once are more than a new instance lets in: it says when to come again, and one does.
            while desk.place(&key, &order).await.status == StatusCode::SERVICE_UNAVAILABLE {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        desk.wait(TimeDelta::hours(1)).await;
        desk.sweep().await;
        let merchant = desk.token(uuid::Uuid::nil(), Role::Merchant);
        let left = desk.get("/v1/orders?status=pending", &merchant).await;
        assert_eq!(left.body["items"], serde_json::json!([]));
    }
}
