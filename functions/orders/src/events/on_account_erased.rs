//! Somebody is forgotten: name, address and e-mail leave their orders, at once or when an order is over. The orders stay.

use souk_contracts::AccountErased;
use souk_kit::{Delivery, Refusal};

use crate::{app::App, store::erasure};

pub(crate) async fn on_account_erased(
    app: App,
    delivery: Delivery<AccountErased>,
) -> Result<(), Refusal> {
    let Some(mut tx) = app.outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let AccountErased {
        account_id,
        erased_at,
    } = delivery.data;
    erasure::note(tx.conn(), account_id, erased_at).await?;
    erasure::apply(tx.conn(), &[account_id]).await?;
    erasure::apply_to_old(tx.conn(), account_id).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use serde_json::{Value, json};
    use sqlx::query_scalar;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{ADA, Desk};

    fn erased(desk: &Desk, account_id: Uuid) -> AccountErased {
        AccountErased {
            account_id,
            erased_at: desk.now(),
        }
    }

    async fn email_of(desk: &Desk, order_id: Uuid) -> String {
        let select = "select email from orders where order_id = $1";
        let query = query_scalar(select).bind(order_id);
        query.fetch_one(desk.pool()).await.unwrap()
    }

    fn nobody() -> Value {
        json!({ "name": "erased", "line1": "erased", "postal_code": "erased", "city": "erased", "country": "DE" })
    }

    #[tokio::test]
    async fn an_order_that_is_over_forgets_its_customer_and_keeps_its_books() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        desk.hear(&desk.dispatched(order_id)).await;
        desk.hear(&desk.delivered(order_id)).await;
        let before = desk.order(order_id).await;
        for _ in 0..2 {
            let heard = desk.hear(&erased(&desk, ADA)).await;
            assert_eq!(heard, StatusCode::ACCEPTED);
        }
        let mut expected = before;
        expected["shipping_address"] = nobody();
        assert_eq!(desk.order(order_id).await, expected);
        assert_eq!(email_of(&desk, order_id).await, "erased");
    }

    #[tokio::test]
    async fn an_order_under_way_arrives_first_and_forgets_its_customer_then() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        desk.hear(&erased(&desk, ADA)).await;
        assert_eq!(
            desk.order(order_id).await["shipping_address"]["name"],
            "Ada"
        );
        desk.hear(&desk.dispatched(order_id)).await;
        assert_eq!(desk.next().await.1["email"], "ada@souk.example");
        desk.hear(&desk.delivered(order_id)).await;
        assert_eq!(desk.next().await.1["email"], "ada@souk.example");
        assert_eq!(desk.order(order_id).await["shipping_address"], nobody());
        assert_eq!(email_of(&desk, order_id).await, "erased");
    }

    #[tokio::test]
    async fn an_order_that_nobody_has_paid_forgets_its_customer_when_it_is_swept_away() {
        let mut desk = Desk::open().await;
        let order_id = desk.placed().await;
        desk.hear(&erased(&desk, ADA)).await;
        desk.wait(TimeDelta::hours(1)).await;
        desk.sweep().await;
        assert_eq!(desk.order(order_id).await["status"], "cancelled");
        assert_eq!(email_of(&desk, order_id).await, "erased");
    }

    #[tokio::test]
    async fn others_are_not_forgotten() {
        let mut desk = Desk::open().await;
        let order_id = desk.placed().await;
        desk.wait(TimeDelta::hours(1)).await;
        desk.sweep().await;
        desk.hear(&erased(&desk, Uuid::from_u128(666))).await;
        assert_eq!(email_of(&desk, order_id).await, "ada@souk.example");
    }

    #[tokio::test]
    async fn months_that_were_taken_off_forget_as_well() {
        let mut desk = Desk::open_at("2031-01-15T12:00:00Z".parse().unwrap()).await;
        desk.sweep().await;
        desk.placed().await;
        desk.wait(TimeDelta::days(3 * 365)).await;
        desk.sweep().await;
        desk.hear(&erased(&desk, ADA)).await;
        let emails = query_scalar::<_, String>("select email from orders_2031_01");
        assert_eq!(emails.fetch_all(desk.pool()).await.unwrap(), ["erased"]);
    }
}
