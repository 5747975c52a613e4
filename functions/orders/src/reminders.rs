//! Orders that wait for shipping longer than they should: part of the sweep.
//!
//! An order of which shipping has said nothing, and one whose cancellation it has not answered, are asked about. Shipping
//! answers as often as it is asked, so that neither a question nor an answer that was lost leaves an order where it is.

use chrono::{DateTime, TimeDelta, Utc};
use souk_kit::Refusal;
use uuid::Uuid;

use crate::{
    app::App,
    conduct::{self, say},
    domain::{Heard, News},
    metrics,
    store::{notes, orders},
};

/// How long shipping has for an answer before it is asked again: longer than the broker's retries.
const ANSWER_WINDOW: TimeDelta = TimeDelta::minutes(10);
const BATCH_ORDERS: i64 = 100;

/// Asks shipping about confirmed orders of which it has said nothing for too long.
pub(crate) async fn ask_about_unbooked(app: &App) -> Result<(), Refusal> {
    loop {
        let confirmed_before = app.outbox.clock().now() - app.patience.booking_window;
        let order_ids = notes::unbooked(app.outbox.pool(), confirmed_before, BATCH_ORDERS).await?;
        for order_id in &order_ids {
            not_booked(app, *order_id).await?;
        }
        if order_ids.len() < BATCH_ORDERS as usize {
            return Ok(());
        }
    }
}

/// Asks once more about cancellations that shipping has not answered.
pub(crate) async fn ask_again(app: &App) -> Result<(), Refusal> {
    loop {
        let asked_before = app.outbox.clock().now() - ANSWER_WINDOW;
        let order_ids = notes::unanswered(app.outbox.pool(), asked_before, BATCH_ORDERS).await?;
        for order_id in &order_ids {
            once_more(app, *order_id, asked_before).await?;
        }
        if order_ids.len() < BATCH_ORDERS as usize {
            return Ok(());
        }
    }
}

async fn not_booked(app: &App, order_id: Uuid) -> Result<(), Refusal> {
    let mut tx = app.outbox.begin().await?;
    let Some(mut order) = orders::lock(tx.conn(), order_id).await? else {
        return Ok(());
    };
    // Whatever was heard of it since it was found: then there is nothing to ask.
    if let Ok(heard @ Heard::Moved(_)) =
        conduct::tell::<Refusal>(&mut tx, &mut order, News::not_booked()).await?
    {
        tx.commit().await?;
        metrics::heard(&order, heard);
        tracing::warn!(%order_id, "shipping has not booked this order in time, and is asked");
    }
    Ok(())
}

async fn once_more(app: &App, order_id: Uuid, asked_before: DateTime<Utc>) -> Result<(), Refusal> {
    let mut tx = app.outbox.begin().await?;
    let Some(mut order) = orders::lock(tx.conn(), order_id).await? else {
        return Ok(());
    };
    let heard = order.ask_again(asked_before, tx.now());
    if heard == Heard::Nothing {
        return Ok(());
    }
    notes::save(tx.conn(), &order).await?;
    say(&mut tx, &order, heard)?;
    tx.commit().await?;
    tracing::warn!(%order_id, "shipping has not answered a cancellation, and is asked again");
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use serde_json::json;
    use souk_kit::Role;

    use crate::testing::{ADA, Desk};

    const REQUESTED: &str = "dev.souk.cancellation.requested.v1";

    #[tokio::test]
    async fn an_order_that_nobody_packs_is_cancelled_when_shipping_knows_nothing_of_it() {
        let mut desk = Desk::open().await;
        let (silent, packed) = (desk.confirmed().await, desk.confirmed().await);
        assert_eq!(desk.hear(&desk.booked(packed)).await, StatusCode::ACCEPTED);
        desk.wait(TimeDelta::hours(24)).await;
        desk.sweep().await;
        assert!(desk.is_silent().await, "its time is not over yet");
        desk.wait(TimeDelta::seconds(1)).await;
        assert_eq!(desk.sweep().await, StatusCode::ACCEPTED);

        let (event_type, asked) = desk.next().await;
        assert_eq!(
            (event_type.as_str(), &asked["reason"]),
            (REQUESTED, &json!("not_fulfilled"))
        );
        assert_eq!(asked["order_id"], silent.to_string());
        assert_eq!(desk.order(silent).await["status"], "confirmed");
        desk.sweep().await;
        assert!(desk.is_silent().await, "it was asked twice at once");

        desk.hear(&desk.agreed(silent)).await;
        let cancelled = desk.next().await.1;
        assert_eq!(cancelled["reason"], "out_of_stock");
        assert_eq!(cancelled["detail"], "it was not packed in time");
        let order = desk.order(silent).await;
        assert_eq!(order["cancellation"]["reason"], "not_fulfilled");
        assert_eq!(desk.order(packed).await["cancellation"], json!(null));
    }

    #[tokio::test]
    async fn an_order_that_was_packed_after_all_goes_on_as_if_nobody_had_asked() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        let before = desk.order(order_id).await;
        desk.wait(TimeDelta::hours(25)).await;
        desk.sweep().await;
        desk.next().await;
        desk.hear(&desk.booked(order_id)).await;
        let mut after = desk.order(order_id).await;
        after["updated_at"] = before["updated_at"].clone();
        assert_eq!(after, before);
        desk.wait(TimeDelta::days(2)).await;
        desk.sweep().await;
        assert!(desk.is_silent().await, "shipping has answered that");
    }

    #[tokio::test]
    async fn shipping_is_asked_again_until_it_answers() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        let path = format!("/v1/orders/{order_id}/cancel");
        desk.post(&path, &desk.token(ADA, Role::Customer)).await;
        let (_, first) = desk.next().await;
        desk.wait(TimeDelta::minutes(10)).await;
        desk.sweep().await;
        assert!(desk.is_silent().await, "it has time for an answer");
        desk.wait(TimeDelta::seconds(1)).await;
        desk.sweep().await;
        let (event_type, second) = desk.next().await;
        assert_eq!((event_type.as_str(), second), (REQUESTED, first));
        desk.hear(&desk.agreed(order_id)).await;
        assert_eq!(desk.next().await.0, "dev.souk.order.cancelled.v1");
        desk.wait(TimeDelta::hours(1)).await;
        desk.sweep().await;
        assert!(desk.is_silent().await, "it has answered");
    }

    #[tokio::test]
    async fn an_order_that_the_release_before_has_confirmed_is_never_asked_about() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        let forget = sqlx::query("delete from order_notes").execute(desk.pool());
        forget.await.unwrap();
        desk.wait(TimeDelta::days(9)).await;
        desk.sweep().await;
        assert!(desk.is_silent().await);
        let path = format!("/v1/orders/{order_id}/cancel");
        desk.post(&path, &desk.token(ADA, Role::Customer)).await;
        assert_eq!(desk.next().await.0, REQUESTED);
    }
}
