//! `DELETE /v1/products/{sku}`: a merchant withdraws a product. Orders that name it go on.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Role,
    api::{Doc, Status},
    dynamodb::optimistic,
    etag::Conditions,
    http::Path,
};

use super::{SKU, no_product, product_view::tag, sku_of};
use crate::{
    announce,
    app::App,
    domain::{Entry, Sku},
    store::products,
};

pub(crate) const DELETE_PRODUCT: Doc = Doc::new(
    "Withdraw a product",
    Access::of(&[Role::Merchant, Role::Machine], "catalog:write"),
)
.about("It is sold no more. Orders that name it go on.")
.path(&[SKU])
.says(&[(204, "It is withdrawn.")]);

pub(crate) async fn delete_product(
    State(app): State<App>,
    Path(sku): Path<String>,
    conditions: Conditions,
) -> Answer<Status<204, ()>> {
    let sku = sku_of(&sku)?;
    optimistic(|| withdraw(&app, &sku, &conditions)).await
}

/// `None`: somebody else has changed it at the same moment.
async fn withdraw(
    app: &App,
    sku: &Sku,
    conditions: &Conditions,
) -> Answer<Option<Status<204, ()>>> {
    let before = products::find(&app.outbox, sku).await?;
    let product = before.product().ok_or_else(|| no_product(sku))?;
    conditions.require(Some(&tag(product)))?;

    let version = product.version + 1;
    let after = Entry::Withdrawn { version };
    let mut tx = app.outbox.begin();
    products::replace(&mut tx, app.outbox.table(), sku, &before, &after)?;
    let event = announce::withdrawn(sku, version, tx.id(), tx.now());
    tx.emit(event)?;
    Ok(app.commit(tx).await?.then_some(Status(())))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;
    use souk_kit::Role;

    use crate::testing::{SVG, Shop, details};

    #[tokio::test]
    async fn a_withdrawn_product_is_gone_and_announced_once() {
        let mut shop = Shop::with(&["MUG"]).await;
        shop.put_image("MUG", "image/svg+xml", SVG).await;
        let statuses = [shop.delete("MUG").await, shop.delete("MUG").await];
        assert_eq!(statuses, [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND]);
        for path in ["/v1/products/MUG", "/v1/products/MUG/image"] {
            assert_eq!(shop.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in ["/v1/products", "/v1/products?sku=MUG", "/v1/categories"] {
            assert_eq!(shop.get(path).await.json()["items"], json!([]), "{path}");
        }
        let announced = shop.announced().await;
        let expected =
            json!({ "sku": "MUG", "version": 3, "withdrawn_at": "2025-06-15T15:06:40Z" });
        assert_eq!(
            announced,
            [("dev.souk.product.withdrawn.v1".into(), expected)]
        );
    }

    #[tokio::test]
    async fn a_product_that_comes_back_is_newer_than_its_withdrawal_and_has_no_old_picture() {
        let shop = Shop::with(&["MUG"]).await;
        shop.put_image("MUG", "image/svg+xml", SVG).await;
        shop.delete("MUG").await;
        let back = shop.put("MUG", &details()).await;
        assert_eq!(back.status, StatusCode::CREATED);
        assert_eq!(
            (&back.json()["version"], &back.json()["image_url"]),
            (&json!(4), &json!(null))
        );
    }

    #[tokio::test]
    async fn only_merchants_withdraw() {
        let shop = Shop::with(&["MUG"]).await;
        assert_eq!(
            shop.delete_as("MUG", Role::Customer).await,
            StatusCode::FORBIDDEN
        );
    }
}
