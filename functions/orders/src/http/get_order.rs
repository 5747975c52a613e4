//! `GET /v1/orders/{order_id}`: one's own order; any for a merchant.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller, Role,
    api::Doc,
    http::{Json, Path},
};
use uuid::Uuid;

use super::{
    ORDER_ID,
    view::{View, visible},
};
use crate::{app::App, store::orders};

pub(crate) const GET_ORDER: Doc = Doc::new(
    "Read an order",
    Access::of(
        &[Role::Guest, Role::Customer, Role::Merchant, Role::Machine],
        "orders:read",
    ),
)
.about("One's own; any for a merchant.")
.path(&[ORDER_ID])
.says(&[(200, "The order.")]);

pub(crate) async fn get_order<V: View>(
    State(app): State<App>,
    caller: Caller,
    Path(order_id): Path<Uuid>,
) -> Answer<Json<V>> {
    let found = orders::find(app.outbox.pool(), order_id).await?;
    let order = visible(found, order_id, &caller)?;
    Ok(Json(V::of(order, &caller)?))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use souk_kit::Role;
    use uuid::Uuid;

    use crate::testing::Desk;

    #[tokio::test]
    async fn an_order_is_there_for_its_customer_and_for_merchants_only() {
        let mut desk = Desk::open().await;
        let path = format!("/v1/orders/{}", desk.placed().await);
        let stranger = desk
            .get(&path, &desk.token(Uuid::from_u128(666), Role::Customer))
            .await;
        let merchant = desk
            .get(&path, &desk.token(Uuid::from_u128(1), Role::Merchant))
            .await;
        assert_eq!(
            (stranger.status, merchant.status),
            (StatusCode::NOT_FOUND, StatusCode::OK)
        );
        let nobody = desk.get(&path, "no token").await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    }
}
