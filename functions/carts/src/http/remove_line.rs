//! `DELETE /v1/carts/{cart_id}/lines/{sku}`: none of an article. If there was none, that is just as well.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller, Role,
    api::Doc,
    dynamodb::{Committed, optimistic},
    etag::Conditions,
    http::Path,
};
use uuid::Uuid;

use super::{
    CART_ID, SKU,
    cart_view::{Shown, show, tag},
    own,
};
use crate::{app::App, store::carts};

pub(crate) const REMOVE_LINE: Doc = Doc::new(
    "Take an article out of a cart",
    Access::of(&[Role::Guest, Role::Customer], "carts:write"),
)
.about("If there was none of it, that is just as well.")
.path(&[CART_ID, SKU])
.says(&[(200, "The cart without it.")]);

pub(crate) async fn remove_line(
    State(app): State<App>,
    caller: Caller,
    Path((cart_id, sku)): Path<(Uuid, String)>,
    conditions: Conditions,
) -> Answer<Shown> {
    optimistic(|| remove(&app, &caller, cart_id, &sku, &conditions)).await
}

/// `None`: the cart was changed at the same moment.
async fn remove(
    app: &App,
    caller: &Caller,
    cart_id: Uuid,
    sku: &str,
    conditions: &Conditions,
) -> Answer<Option<Shown>> {
    let before = own(app, caller, cart_id).await?;
    conditions.require(Some(&tag(&before)))?;
    let Some(after) = before.without(sku, app.now(), app.lifetime) else {
        return Ok(Some(show(before, caller.subject)));
    };
    let mut tx = app.outbox.begin();
    carts::replace(&mut tx, app.outbox.table(), caller.subject, &before, &after)?;
    Ok((tx.commit().await? == Committed::Done).then(|| show(after, caller.subject)))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use crate::testing::{ADA, Shop};

    #[tokio::test]
    async fn a_line_is_gone_and_taking_it_out_again_changes_nothing() {
        let shop = Shop::open().await;
        let cart = shop.cart_of(&[("MUG", 2), ("CUP", 1)]).await;
        for _ in 0..2 {
            let answered = shop
                .delete(&format!("/v1/carts/{cart}/lines/MUG"), ADA)
                .await;
            assert_eq!(answered.status, StatusCode::OK);
            assert_eq!(answered.headers["etag"], "\"4\"");
            let expected = json!([{ "sku": "CUP", "quantity": 1 }]);
            assert_eq!(answered.body["lines"], expected);
        }
    }
}
