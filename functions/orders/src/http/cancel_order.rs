//! `POST /v1/orders/{order_id}/cancel`: until it is on its way, and by its customer: a merchant cannot want that in their name. Asked again it answers the same, so it needs no key.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller, Problem, Role,
    api::Doc,
    http::{Json, Path},
};
use uuid::Uuid;

use super::{
    ORDER_ID,
    view::{View, visible},
};
use crate::{
    app::App,
    conduct::record,
    domain::{Fact, News},
    store::orders,
};

pub(crate) const CANCEL_ORDER: Doc = Doc::new(
    "Cancel an order",
    Access::of(&[Role::Guest, Role::Customer], "orders:write"),
)
.about("Until it is on its way. Its pieces are free again, and its money is let go or given back.")
.path(&[ORDER_ID])
.says(&[(200, "The order, cancelled now or before.")])
.refuses(&[
    (409, "order-shipped", "It is on its way."),
    (409, "order-delivered", "It has arrived."),
]);

pub(crate) async fn cancel_order<V: View>(
    State(app): State<App>,
    caller: Caller,
    Path(order_id): Path<Uuid>,
) -> Answer<Json<V>> {
    let mut tx = app.outbox.begin().await?;
    tx.on_behalf_of(caller.subject);
    let found = orders::lock(tx.conn(), order_id).await?;
    let mut order = visible(found, order_id, &caller)?;
    let status = order.state.status();
    let heard = order.hear(News::of(Fact::CustomerCancelled), tx.now());
    let heard = heard.map_err(|why| too_late(status, why))?;
    record::<Problem>(&mut tx, &order, heard).await?;
    tx.commit().await?;
    Ok(Json(V::of(order, &caller)?))
}

fn too_late(status: &'static str, why: impl std::fmt::Display) -> Problem {
    let detail = format!("The order can no longer be cancelled: {why}.");
    Problem::conflict(format!("order-{status}"), detail).with("order_status", status)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::testing::{ADA, Desk};

    async fn cancel(desk: &Desk, order_id: Uuid) -> crate::testing::Answered {
        desk.post(
            &format!("/v1/orders/{order_id}/cancel"),
            &desk.token(ADA, Role::Customer),
        )
        .await
    }

    #[tokio::test]
    async fn a_confirmed_order_is_cancelled_once_and_answers_the_same_again() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        let first = cancel(&desk, order_id).await;
        assert_eq!(
            (first.status, &first.body["status"]),
            (StatusCode::OK, &"cancelled".into())
        );
        assert_eq!(first.body["status_reason"], "requested_by_customer");
        assert_eq!(cancel(&desk, order_id).await.body, first.body);

        let (event_type, cancelled) = desk.next().await;
        assert_eq!(
            (event_type.as_str(), &cancelled["reason"]),
            ("dev.souk.order.cancelled.v1", &first.body["status_reason"])
        );
        assert!(desk.is_silent().await, "it was announced twice");
    }

    #[tokio::test]
    async fn a_shipped_order_is_not_cancelled_and_the_answer_says_why() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        desk.hear(&desk.dispatched(order_id)).await;
        let answered = cancel(&desk, order_id).await;
        assert_eq!(answered.status, StatusCode::CONFLICT);
        assert_eq!(
            answered.body["type"],
            "https://souk.example/problems/order-shipped"
        );
    }

    #[tokio::test]
    async fn nobody_else_cancels_an_order() {
        let mut desk = Desk::open().await;
        let order_id = desk.placed().await;
        let path = format!("/v1/orders/{order_id}/cancel");
        let stranger = desk
            .post(&path, &desk.token(Uuid::from_u128(666), Role::Customer))
            .await;
        let merchant = desk
            .post(&path, &desk.token(Uuid::from_u128(1), Role::Merchant))
            .await;
        assert_eq!(
            (stranger.status, merchant.status),
            (StatusCode::NOT_FOUND, StatusCode::FORBIDDEN)
        );
        assert_eq!(desk.order(order_id).await["status"], "pending");
    }
}
