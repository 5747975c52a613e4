//! `GET /v1/carts`: the caller's carts, oldest first; there are few of them.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{Access, Answer, Caller, Role, api::Doc, http::Json};

use super::cart_view::CartView;
use crate::{app::App, domain::CARTS_MAX, store::carts};

/// An account's carts.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CartList {
    /// Each of them.
    #[schemars(length(max = CARTS_MAX))]
    items: Vec<CartView>,
}

pub(crate) const LIST_CARTS: Doc = Doc::new(
    "List one's carts",
    Access::of(&[Role::Guest, Role::Customer], "carts:read"),
)
.says(&[(200, "All of them, oldest first; there are few.")]);

pub(crate) async fn list_carts(State(app): State<App>, caller: Caller) -> Answer<Json<CartList>> {
    let carts = carts::list(&app.outbox, caller.subject).await?;
    Ok(Json(CartList {
        items: carts
            .into_iter()
            .map(|cart| CartView::of(cart, caller.subject))
            .collect(),
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
