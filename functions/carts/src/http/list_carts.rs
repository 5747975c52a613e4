//! `GET /v1/carts`: the caller's carts, oldest first; there are few of them.

use axum::extract::State;
use serde::Serialize;
use souk_kit::{Answer, Caller, http::Json};

use super::cart_view::CartView;
use crate::{app::App, store::carts};

#[derive(Serialize)]
pub(crate) struct CartList {
    items: Vec<CartView>,
}

pub(crate) async fn list_carts(State(app): State<App>, caller: Caller) -> Answer<Json<CartList>> {
    let carts = carts::list(&app.outbox, caller.subject).await?;
    Ok(Json(CartList {
        items: carts.into_iter().map(CartView::of).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use crate::testing::{ADA, Shop};

    #[tokio::test]
    async fn everybody_finds_their_own_carts_again() {
        let shop = Shop::open().await;
        let carts = [shop.cart_of(&[("MUG", 1)]).await, shop.cart_of(&[]).await];
        let listed = shop.get("/v1/carts", ADA).await.body;
        for (at, cart) in carts.into_iter().enumerate() {
            assert_eq!(listed["items"][at], shop.cart(cart).await);
        }
        let other = shop.get("/v1/carts", Uuid::from_u128(7)).await;
        assert_eq!(other.body["items"], json!([]));
    }
}
