//! `GET /v1/products/{sku}`: one product, unless the client has it already. Anybody may ask.

use axum::{
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use souk_kit::{
    Answer,
    etag::Conditions,
    http::{Json, Path},
};

use super::{
    no_product,
    product_view::{ProductView, tag},
    sku_of,
};
use crate::{app::App, domain::Entry, store::products};

pub(crate) async fn get_product(
    State(app): State<App>,
    Path(sku): Path<String>,
    conditions: Conditions,
) -> Answer<Response> {
    let sku = sku_of(&sku)?;
    let Entry::Sold(product) = products::find(&app.outbox, &sku).await? else {
        return Err(no_product(sku));
    };
    let tag = tag(&product);
    let head = ([(CACHE_CONTROL, "no-cache")], tag.clone());
    if conditions.not_modified(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    Ok((head, Json(ProductView::of(product))).into_response())
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
