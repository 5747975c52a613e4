//! `GET /v1/carts/{cart_id}`: one of the caller's carts.

use axum::extract::State;
use souk_kit::{Answer, Caller, api::Doc, http::Path};
use uuid::Uuid;

use super::{
    CART_ID,
    cart_view::{Shown, example, show},
    own,
};
use crate::app::App;

pub(crate) const GET_CART: Doc = Doc::new("Read a cart")
    .path(&[CART_ID])
    .says(&[(200, "The cart.")])
    .shows(example);

pub(crate) async fn get_cart(
    State(app): State<App>,
    caller: Caller,
    Path(cart_id): Path<Uuid>,
) -> Answer<Shown> {
    Ok(show(own(&app, &caller, cart_id).await?))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use serde_json::json;
    use uuid::Uuid;

    use crate::testing::{ADA, Shop};

    #[tokio::test]
    async fn a_cart_is_there_for_its_owner_only() {
        let shop = Shop::open().await;
        let path = format!("/v1/carts/{}", shop.cart_of(&[("MUG", 2)]).await);
        let own = shop.get(&path, ADA).await;
        assert_eq!(
            (own.status, &own.body["lines"]),
            (StatusCode::OK, &json!([{ "sku": "MUG", "quantity": 2 }]))
        );
        let stranger = shop.get(&path, Uuid::from_u128(666)).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn an_expired_cart_is_gone_before_the_table_forgets_it_and_each_change_puts_that_off() {
        let shop = Shop::open().await;
        let cart = shop.cart_of(&[]).await;
        let path = format!("/v1/carts/{cart}");
        shop.wait(shop.lifetime() - TimeDelta::seconds(1));
        shop.set(cart, "MUG", 1).await;
        shop.wait(shop.lifetime() - TimeDelta::seconds(1));
        assert_eq!(shop.get(&path, ADA).await.status, StatusCode::OK);
        shop.wait(TimeDelta::seconds(1));
        assert_eq!(shop.get(&path, ADA).await.status, StatusCode::NOT_FOUND);
        let late = shop.set(cart, "MUG", 1).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND);
    }
}
