//! `POST /v1/orders/{order_id}/cancel`: until it is on its way, and by its customer: a merchant cannot want that in their name.
//! Asked again it answers the same, so it needs no key.
//!
//! A pending order is cancelled at once. For a confirmed one shipping is asked, which knows whether the parcel has left: the
//! order is `confirmed` until shipping has answered, with `cancellation` beside it.

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
    conduct,
    domain::{Fact, News},
    metrics,
    store::orders,
};

pub(crate) const CANCEL_ORDER: Doc = Doc::new(
    "Cancel an order",
    Access::of(&[Role::Guest, Role::Customer], "orders:write"),
)
.about(
    "Until it is on its way. A pending order is cancelled at once. A confirmed one stays `confirmed`, with `cancellation` beside \
     it, until shipping has answered, usually within a second: then it is `cancelled`, or `shipped` if the parcel had left. \
     The pieces of a cancelled order are free again, and its money is let go or given back.",
)
.path(&[ORDER_ID])
.says(&[(200, "The order: cancelled now or before, or wanted cancelled.")])
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
    let news = News::of(Fact::CustomerCancelled);
    let heard = conduct::tell::<Problem>(&mut tx, &mut order, news).await?;
    let heard = heard.map_err(|why| too_late(status, why))?;
    tx.commit().await?;
    metrics::heard(&order, heard);
    Ok(Json(V::of(order, &caller)?))
}

fn too_late(status: &'static str, why: impl std::fmt::Display) -> Problem {
    let detail = format!("The order can no longer be cancelled: {why}.");
    Problem::conflict(format!("order-{status}"), detail).with("order_status", status)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

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
    async fn a_pending_order_is_cancelled_at_once_and_answers_the_same_again() {
        let mut desk = Desk::open().await;
        let order_id = desk.placed().await;
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
    async fn a_confirmed_order_is_wanted_cancelled_and_is_when_shipping_agrees() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        let first = cancel(&desk, order_id).await;
        assert_eq!(
            (first.status, &first.body["status"]),
            (StatusCode::OK, &"confirmed".into())
        );
        let wanted = json!({ "reason": "requested_by_customer", "requested_at": desk.now() });
        assert_eq!(first.body["cancellation"], wanted);
        assert_eq!(first.body["status_reason"], json!(null));
        assert_eq!(cancel(&desk, order_id).await.body, first.body);
        let (event_type, asked) = desk.next().await;
        assert_eq!(event_type, "dev.souk.cancellation.requested.v1");
        assert_eq!(asked["reason"], "requested_by_customer");
        assert!(desk.is_silent().await, "something else was announced");

        desk.hear(&desk.agreed(order_id)).await;
        let (event_type, cancelled) = desk.next().await;
        assert_eq!(event_type, "dev.souk.order.cancelled.v1");
        assert_eq!(cancelled["reason"], "requested_by_customer");
        let order = desk.order(order_id).await;
        assert_eq!(order["status"], "cancelled");
        assert_eq!(order["cancellation"], wanted);
        assert_eq!(cancel(&desk, order_id).await.body, order);
    }

    #[tokio::test]
    async fn a_parcel_that_had_left_voids_the_wish() {
        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        cancel(&desk, order_id).await;
        desk.next().await;
        desk.hear(&desk.dispatched(order_id)).await;
        assert_eq!(desk.next().await.0, "dev.souk.order.shipped.v1");
        assert_eq!(desk.order(order_id).await["status"], "shipped");
        assert_eq!(cancel(&desk, order_id).await.status, StatusCode::CONFLICT);
        assert!(desk.is_silent().await, "it was cancelled all the same");
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
