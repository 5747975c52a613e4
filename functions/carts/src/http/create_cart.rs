//! `POST /v1/carts`: a new, empty cart for the caller.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller, Problem, Role,
    api::{Doc, Located, Status},
    dynamodb::{Committed, optimistic},
};
use uuid::Uuid;

use super::cart_view::{Shown, show};
use crate::{
    app::App,
    domain::{CARTS_MAX, Cart, GUEST_CARTS_MAX},
    store::carts,
};

pub(crate) const CREATE_CART: Doc = Doc::new(
    "Begin a cart",
    Access::of(&[Role::Guest, Role::Customer], "carts:write"),
)
.says(&[(201, "The cart, empty.")])
.refuses(&[(
    409,
    "too-many-carts",
    "There are as many carts as there may be, of a guest one; delete one first.",
)]);

pub(crate) async fn create_cart(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Status<201, Located<Shown>>> {
    let most = carts_max(&caller);
    // Two requests at once may find room for one and take it both: the limit is there against heaps.
    if carts::list(&app.outbox, caller.subject).await?.len() >= most {
        let detail = format!("At most {most} at a time; delete one first.");
        return Err(Problem::conflict("too-many-carts", detail));
    }
    let cart = optimistic(|| create(&app, caller.subject)).await?;
    let location = format!("/v1/carts/{}", cart.cart_id);
    let answer = show(cart, caller.subject);
    Ok(Status(Located { location, answer }))
}

/// Anybody gets a guest's token, so what that is good for is little.
fn carts_max(caller: &Caller) -> usize {
    match caller.role {
        Role::Guest => GUEST_CARTS_MAX,
        _ => CARTS_MAX,
    }
}

/// `None`: the id was taken.
async fn create(app: &App, account_id: Uuid) -> Answer<Option<Cart>> {
    let mut tx = app.outbox.begin();
    let cart = Cart::new(tx.id(), tx.now(), app.lifetime);
    carts::create(&mut tx, app.outbox.table(), account_id, &cart)?;
    Ok((tx.commit().await? == Committed::Done).then_some(cart))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::testing::{ADA, Shop};

    #[tokio::test]
    async fn a_new_cart_is_empty_and_says_where_it_is_and_until_when() {
        let shop = Shop::open().await;
        let created = shop.post("/v1/carts", ADA).await;
        assert_eq!(created.status, StatusCode::CREATED);
        assert_eq!(created.body["lines"], json!([]));
        assert_eq!(created.body["expires_at"], "2025-06-15T16:06:40Z");
        let location = created.headers["location"].to_str().unwrap();
        assert_eq!(shop.get(location, ADA).await.body, created.body);
    }

    #[tokio::test]
    async fn an_account_has_so_many_carts_and_room_again_once_some_have_expired() {
        let shop = Shop::open().await;
        for _ in 0..CARTS_MAX {
            shop.cart_of(&[]).await;
        }
        let refused = shop.post("/v1/carts", ADA).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let other = shop.post("/v1/carts", Uuid::from_u128(7)).await;
        assert_eq!(other.status, StatusCode::CREATED);
        shop.wait(shop.lifetime());
        let created = shop.post("/v1/carts", ADA).await;
        assert_eq!(created.status, StatusCode::CREATED);
    }

    #[tokio::test]
    async fn a_guest_has_one_cart_and_another_once_that_is_gone() {
        let shop = Shop::open().await;
        let guest = shop.token(Uuid::from_u128(9), Role::Guest);
        let first = shop.post_with("/v1/carts", &guest).await;
        assert_eq!(first.status, StatusCode::CREATED);
        let second = shop.post_with("/v1/carts", &guest).await;
        assert_eq!(second.status, StatusCode::CONFLICT);
        shop.wait(shop.lifetime());
        let guest = shop.token(Uuid::from_u128(9), Role::Guest);
        let next = shop.post_with("/v1/carts", &guest).await;
        assert_eq!(next.status, StatusCode::CREATED);
    }

    #[tokio::test]
    async fn only_who_buys_has_a_cart() {
        let shop = Shop::open().await;
        for role in [Role::Merchant, Role::Operator, Role::Machine] {
            let token = shop.token(Uuid::from_u128(9), role);
            let refused = shop.post_with("/v1/carts", &token).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role}");
        }
    }

    #[tokio::test]
    async fn nobody_has_a_cart_without_a_token() {
        let shop = Shop::open().await;
        let refused = shop.post_as_nobody("/v1/carts").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    }
}
