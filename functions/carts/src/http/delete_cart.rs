//! `DELETE /v1/carts/{cart_id}`: the caller wants nothing of it any more.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller, Role,
    api::{Doc, Status},
    dynamodb::{Committed, optimistic},
    etag::Conditions,
    http::Path,
};
use uuid::Uuid;

use super::{CART_ID, cart_view::tag, own};
use crate::{app::App, store::carts};

pub(crate) const DELETE_CART: Doc = Doc::new(
    "Delete a cart",
    Access::of(&[Role::Guest, Role::Customer], "carts:write"),
)
.path(&[CART_ID])
.says(&[(204, "It is gone.")]);

pub(crate) async fn delete_cart(
    State(app): State<App>,
    caller: Caller,
    Path(cart_id): Path<Uuid>,
    conditions: Conditions,
) -> Answer<Status<204, ()>> {
    optimistic(|| delete(&app, &caller, cart_id, &conditions)).await
}

/// `None`: the cart was changed at the same moment.
async fn delete(
    app: &App,
    caller: &Caller,
    cart_id: Uuid,
    conditions: &Conditions,
) -> Answer<Option<Status<204, ()>>> {
    let cart = own(app, caller, cart_id).await?;
    conditions.require(Some(&tag(&cart)))?;
    let mut tx = app.outbox.begin();
    carts::remove(&mut tx, app.outbox.table(), caller.subject, &cart)?;
    Ok((tx.commit().await? == Committed::Done).then_some(Status(())))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::testing::{ADA, Shop};

    #[tokio::test]
    async fn a_deleted_cart_is_gone_and_cannot_be_deleted_by_others() {
        let shop = Shop::open().await;
        let path = format!("/v1/carts/{}", shop.cart_of(&[("MUG", 2)]).await);
        let stranger = shop.delete(&path, Uuid::from_u128(666)).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        let deleted = shop.delete(&path, ADA).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
        let again = shop.delete(&path, ADA).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
    }
}
