//! `GET /v1/carts/{cart_id}`: one of the caller's carts; for a machine client anybody's, if it says whose.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{
    Access, Answer, Caller, FieldError, Problem, Role,
    api::Doc,
    http::{Path, Query},
};
use uuid::Uuid;

use super::{
    CART_ID,
    cart_view::{Shown, example, show},
    of_account,
};
use crate::app::App;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Meant {
    /// Whose cart is meant. A machine client has to say it; all others mean their own.
    account_id: Option<Uuid>,
}

pub(crate) const GET_CART: Doc = Doc::new(
    "Read a cart",
    Access::of(&[Role::Guest, Role::Customer, Role::Machine], "carts:read"),
)
.path(&[CART_ID])
.says(&[(200, "The cart.")])
.refuses(&[(
    422,
    "invalid",
    "A machine client has not said whose cart it means.",
)])
.shows(example);

pub(crate) async fn get_cart(
    State(app): State<App>,
    caller: Caller,
    Path(cart_id): Path<Uuid>,
    Query(meant): Query<Meant>,
) -> Answer<Shown> {
    let owner = owner(&caller, cart_id, meant.account_id)?;
    let cart = of_account(&app, owner, cart_id).await?;
    Ok(show(cart, owner))
}

/// In whose carts it is looked for. To all but machine clients there are no carts of others.
fn owner(caller: &Caller, cart_id: Uuid, named: Option<Uuid>) -> Answer<Uuid> {
    match (caller.role, named) {
        (Role::Machine, Some(account_id)) => Ok(account_id),
        (Role::Machine, None) => {
            let detail = "is needed: whose cart is meant";
            Err(Problem::invalid(vec![FieldError::new(
                "account_id",
                detail,
            )]))
        }
        (_, Some(other)) if other != caller.subject => Err(Problem::not_found("cart", cart_id)),
        _ => Ok(caller.subject),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use serde_json::json;

    use super::*;
    use crate::testing::{ADA, Shop};

    const STRANGER: Uuid = Uuid::from_u128(666);

    #[tokio::test]
    async fn a_cart_is_there_for_its_owner_only() {
        let shop = Shop::open().await;
        let path = format!("/v1/carts/{}", shop.cart_of(&[("MUG", 2)]).await);
        let own = shop.get(&path, ADA).await;
        assert_eq!(
            (own.status, &own.body["lines"]),
            (StatusCode::OK, &json!([{ "sku": "MUG", "quantity": 2 }]))
        );
        let named = format!("{path}?account_id={ADA}");
        assert_eq!(shop.get(&named, ADA).await.body, own.body);
        for path in [&path, &named] {
            let stranger = shop.get(path, STRANGER).await;
            assert_eq!(stranger.status, StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn a_guest_finds_a_cart_of_their_own_and_no_other() {
        let shop = Shop::open().await;
        let guest = shop.token(STRANGER, Role::Guest);
        let made = shop.post_with("/v1/carts", &guest).await;
        let path = made.headers["location"].to_str().unwrap();
        assert_eq!(shop.get_with(path, &guest).await.status, StatusCode::OK);
        let others = format!("/v1/carts/{}?account_id={ADA}", shop.cart_of(&[]).await);
        let refused = shop.get_with(&others, &guest).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_guest_who_becomes_a_customer_keeps_the_cart() {
        let shop = Shop::open().await;
        let guest = shop.token(STRANGER, Role::Guest);
        let made = shop.post_with("/v1/carts", &guest).await;
        let path = made.headers["location"].to_str().unwrap();
        assert_eq!(shop.get(path, STRANGER).await.body, made.body);
    }

    #[tokio::test]
    async fn a_machine_client_reads_any_cart_if_it_has_the_scope_and_says_whose() {
        let shop = Shop::open().await;
        let path = format!("/v1/carts/{}", shop.cart_of(&[("MUG", 2)]).await);
        let (right, wrong) = (
            format!("{path}?account_id={ADA}"),
            format!("{path}?account_id={STRANGER}"),
        );
        let reader = shop.machine(&["carts:read"]);
        let read = shop.get_with(&right, &reader).await;
        assert_eq!(read.status, StatusCode::OK);
        assert_eq!(read.body["account_id"], json!(ADA));
        for (path, token, status) in [
            (&wrong, &reader, StatusCode::NOT_FOUND),
            (&path, &reader, StatusCode::UNPROCESSABLE_ENTITY),
            (
                &right,
                &shop.machine(&["orders:read"]),
                StatusCode::FORBIDDEN,
            ),
        ] {
            assert_eq!(shop.get_with(path, token).await.status, status, "{path}");
        }
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
