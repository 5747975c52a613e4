//! `PUT /v1/carts/{cart_id}/lines/{sku}`: so many pieces of an article, whatever there were. Changes at the same moment
//! happen one after the other, so that two tabs lose nothing; who wants to know brings `If-Match`.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Access, Answer, Caller, Problem, Role,
    api::Doc,
    dynamodb::{Committed, optimistic},
    etag::Conditions,
    http::{Json, Path},
};
use uuid::Uuid;

use super::{
    CART_ID, SKU,
    cart_view::{Shown, example, show, tag},
    own,
};
use crate::{
    app::App,
    domain::{LINES_MAX, QUANTITY_MAX, TooManyLines, line_mistakes},
    store::carts,
};

/// How many pieces there are to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CartLineRequest")]
pub(crate) struct Wanted {
    /// How many.
    #[schemars(range(min = 1, max = QUANTITY_MAX))]
    quantity: u32,
}

pub(crate) const SET_LINE: Doc = Doc::new("Put so many pieces of an article into a cart", Access::of(&[Role::Guest, Role::Customer], "carts:write"))
    .about(
        "Whatever there were of it. Changes at the same moment happen one after the other; who wants to know brings \
         `If-Match`. Whether the article is sold is asked when it is ordered.",
    )
    .path(&[CART_ID, SKU])
    .says(&[(200, "The cart with them.")])
    .refuses(&[(422, "cart-full", "There is no room for another article.")])
    .asks(|| json!({ "quantity": 2 }))
    .shows(example);

pub(crate) async fn set_line(
    State(app): State<App>,
    caller: Caller,
    Path((cart_id, sku)): Path<(Uuid, String)>,
    conditions: Conditions,
    Json(Wanted { quantity }): Json<Wanted>,
) -> Answer<Shown> {
    let mistakes = line_mistakes(&sku, quantity);
    if !mistakes.is_empty() {
        return Err(Problem::invalid(mistakes));
    }
    optimistic(|| set(&app, &caller, cart_id, (&sku, quantity), &conditions)).await
}

/// `None`: the cart was changed at the same moment.
async fn set(
    app: &App,
    caller: &Caller,
    cart_id: Uuid,
    (sku, quantity): (&str, u32),
    conditions: &Conditions,
) -> Answer<Option<Shown>> {
    let before = own(app, caller, cart_id).await?;
    conditions.require(Some(&tag(&before)))?;
    let after = before
        .with(sku, quantity, app.now(), app.lifetime)
        .map_err(refuse)?;
    let mut tx = app.outbox.begin();
    carts::replace(&mut tx, app.outbox.table(), caller.subject, &before, &after)?;
    Ok((tx.commit().await? == Committed::Done).then(|| show(after, caller.subject)))
}

fn refuse(_: TooManyLines) -> Problem {
    let detail = format!("A cart has room for {LINES_MAX} articles.");
    Problem::unprocessable("cart-full", detail)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use futures::future::join_all;

    use super::*;
    use crate::testing::{ADA, Shop};

    #[tokio::test]
    async fn a_line_is_answered_with_the_whole_cart_and_no_price() {
        let shop = Shop::open().await;
        let cart = shop.cart_of(&[("MUG", 2)]).await;
        let answered = shop.set(cart, "MUG", 5).await;
        assert_eq!(answered.status, StatusCode::OK);
        assert_eq!(answered.headers["etag"], "\"3\"");
        let expected = json!([{ "sku": "MUG", "quantity": 5 }]);
        assert_eq!(answered.body["lines"], expected);
        assert_eq!(answered.body, shop.cart(cart).await);
    }

    #[tokio::test]
    async fn tabs_that_write_at_the_same_moment_lose_no_line() {
        let shop = Shop::open().await;
        let cart = shop.cart_of(&[]).await;
        let sets = ["MUG", "CUP", "HAT"].map(|sku| shop.set(cart, sku, 1));
        for answered in join_all(sets).await {
            assert_eq!(answered.status, StatusCode::OK);
        }
        let lines = &shop.cart(cart).await["lines"];
        assert_eq!(lines.as_array().unwrap().len(), 3);
    }

    #[tokio::test]
    async fn a_tab_that_has_not_seen_the_newest_cart_can_ask_to_be_told() {
        let shop = Shop::open().await;
        let cart = shop.cart_of(&[("MUG", 2)]).await;
        for (tag, status) in [
            ("\"1\"", StatusCode::PRECONDITION_FAILED),
            ("\"2\"", StatusCode::OK),
        ] {
            let answered = shop.set_if(cart, "MUG", 7, tag).await;
            assert_eq!(answered.status, status, "{tag}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_a_line_and_carts_of_others_are_refused() {
        let shop = Shop::open().await;
        let cart = shop.cart_of(&[]).await;
        for (sku, quantity) in [("MUG", 0), ("MUG", 100), ("mug", 1)] {
            let refused = shop.set(cart, sku, quantity).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{sku}");
        }
        let path = format!("/v1/carts/{cart}/lines/MUG");
        let body = json!({ "quantity": 1 });
        let stranger = shop.put(&path, Uuid::from_u128(666), &body).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        for odd in [
            json!({ "quantity": 1, "unit_price": 1 }),
            json!({ "quantity": -1 }),
            json!({ "quantity": 1.5 }),
            json!({ "quantity": "1" }),
            json!({ "quantity": u64::MAX }),
            json!({ "quantity": 1e300 }),
        ] {
            let refused = shop.put(&path, ADA, &odd).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
        }
    }
}
