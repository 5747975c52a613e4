//! `GET /v1/products/{sku}`: one product, unless the client has it already. Anybody may ask.

use axum::extract::State;
use souk_kit::{
    Access, Answer,
    api::{Cached, Doc},
    etag::{IfNoneMatch, Read},
    http::{Json, Path},
};

use super::{
    SKU, no_product,
    product_view::{ProductView, example, tag},
    sku_of,
};
use crate::{app::App, domain::Entry, store::products};

pub(crate) const GET_PRODUCT: Doc = Doc::new("Read a product", Access::public())
    .path(&[SKU])
    .says(&[(200, "The product."), (304, "The client has it already.")])
    .shows(example);

pub(crate) async fn get_product(
    State(app): State<App>,
    Path(sku): Path<String>,
    known: IfNoneMatch,
) -> Answer<Cached<Read<Json<ProductView>>>> {
    let sku = sku_of(&sku)?;
    let Entry::Sold(product) = products::find(&app.outbox, &sku).await? else {
        return Err(no_product(sku));
    };
    let (tag, view) = (tag(&product), Json(ProductView::of(product)));
    let answer = known.answer(tag, view);
    Ok(Cached {
        control: "no-cache",
        answer,
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use crate::testing::Shop;

    #[tokio::test]
    async fn a_product_is_shown_as_it_was_put() {
        let shop = Shop::with(&["MUG"]).await;
        let shown = shop.get("/v1/products/MUG").await;
        let expected = json!({
            "sku": "MUG", "name": "Blue mug", "description": "Holds tea.", "category": "mugs",
            "price": { "amount_minor": 1250, "currency": "EUR" }, "image_url": null, "version": 1,
            "published_at": "2025-06-15T15:06:40Z", "updated_at": "2025-06-15T15:06:40Z",
        });
        assert_eq!((shown.status, shown.json()), (StatusCode::OK, expected));
    }

    #[tokio::test]
    async fn what_the_client_has_already_is_not_sent_again() {
        let shop = Shop::with(&["MUG"]).await;
        let tag = shop.get("/v1/products/MUG").await.header("etag");
        let again = shop.get_with("/v1/products/MUG", "if-none-match", &tag);
        let again = again.await;
        assert_eq!(
            (again.status, again.header("etag")),
            (StatusCode::NOT_MODIFIED, tag)
        );
        let other = shop.get_with("/v1/products/MUG", "if-none-match", "\"2\"");
        assert_eq!(other.await.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn what_was_never_sold_is_not_found() {
        let shop = Shop::with(&[]).await;
        for path in ["/v1/products/MUG", "/v1/products/not-a-sku"] {
            assert_eq!(shop.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
