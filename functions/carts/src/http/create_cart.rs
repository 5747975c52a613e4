//! `POST /v1/carts`: a new, empty cart for the caller.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use souk_kit::{
    Access, Answer, Caller, Problem, Role,
    api::{Doc, Located, Once, Status},
    dynamodb::{Committed, optimistic},
    etag::ETag,
    idempotency::{IdempotencyKey, ScopedKey},
};

use super::cart_view::{Shown, show, tag};
use crate::{
    app::App,
    domain::{CARTS_MAX, Cart, GUEST_CARTS_MAX},
    store::carts,
};

/// The cart; the first time, or as it was told then.
type Created = Once<Status<201, Located<Shown>>>;

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
    key: Option<IdempotencyKey>,
) -> Answer<Created> {
    let key = key.map(|key| key.scoped(caller.subject, "create_cart", &()));
    optimistic(|| create(&app, &caller, key.as_ref())).await
}

/// Anybody gets a guest's token, so what that is good for is little.
fn carts_max(caller: &Caller) -> usize {
    match caller.role {
        Role::Guest => GUEST_CARTS_MAX,
        _ => CARTS_MAX,
    }
}

/// `None`: another cart of the account was made at the same moment, or the key was used.
async fn create(app: &App, caller: &Caller, key: Option<&ScopedKey>) -> Answer<Option<Created>> {
    if let Some(key) = key
        && let Some(answer) = app.outbox.recall(key).await?.answered()?
    {
        return Ok(Some(Once::Again(answer)));
    }
    let account_id = caller.subject;
    // In this order: whatever cart comes after the list was read is newer than this one.
    let newest = carts::newest(&app.outbox, account_id).await?;
    let most = carts_max(caller);
    if carts::list(&app.outbox, account_id).await?.len() >= most {
        let detail = format!("At most {most} at a time; delete one first.");
        return Err(Problem::conflict("too-many-carts", detail));
    }
    let mut tx = app.outbox.begin();
    let cart = Cart::new(tx.id(), tx.now(), app.lifetime);
    carts::create(&mut tx, app.outbox.table(), account_id, &cart, newest)?;
    let location = format!("/v1/carts/{}", cart.cart_id);
    let (tag, answer) = (tag(&cart), show(cart, account_id));
    if let Some(key) = key {
        let headers = headers(&location, tag)?;
        tx.remember(key, StatusCode::CREATED, &headers, &answer.1.0)?;
    }
    let created = tx.commit().await? == Committed::Done;
    Ok(created.then(|| Once::First(Status(Located { location, answer }))))
}

fn headers(location: &str, tag: ETag) -> Answer<HeaderMap> {
    let location = HeaderValue::try_from(location).map_err(Problem::internal)?;
    Ok(HeaderMap::from_iter([
        (header::LOCATION, location),
        (header::ETAG, tag.into()),
    ]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

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
    async fn of_many_carts_that_a_guest_makes_at_once_there_is_one() {
        let shop = Shop::open().await;
        let guest = shop.token(Uuid::from_u128(9), Role::Guest);
        let posts = (0..8).map(|_| shop.post_with("/v1/carts", &guest));
        let mut statuses: Vec<_> = futures::future::join_all(posts).await;
        statuses.sort_by_key(|answered| answered.status);
        assert_eq!(statuses[0].status, StatusCode::CREATED);
        for refused in &statuses[1..] {
            // Who was slower too often is told to come again.
            let status = refused.status;
            let told = [StatusCode::CONFLICT, StatusCode::SERVICE_UNAVAILABLE];
            assert!(told.contains(&status), "{status}");
        }
        let carts = shop.get_with("/v1/carts", &guest).await.body;
        assert_eq!(carts["items"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn the_same_request_under_a_key_makes_one_cart_even_at_the_same_moment() {
        let shop = Shop::open().await;
        let guest = shop.token(Uuid::from_u128(9), Role::Guest);
        let posts = (0..4).map(|_| shop.post_under("/v1/carts", &guest, "k1"));
        let answers = futures::future::join_all(posts).await;
        let first = &answers[0];
        assert_eq!(first.status, StatusCode::CREATED);
        for answer in &answers {
            assert_eq!((answer.status, &answer.body), (first.status, &first.body));
            for name in ["location", "etag", "content-type"] {
                assert_eq!(answer.headers[name], first.headers[name]);
            }
        }
        let other = shop.post_under("/v1/carts", &guest, "k2").await;
        assert_eq!(other.status, StatusCode::CONFLICT);
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
