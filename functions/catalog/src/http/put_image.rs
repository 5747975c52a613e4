//! `PUT /v1/products/{sku}/image`: a merchant gives a product its picture.

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};
use serde_json::json;
use souk_kit::{
    Access, Answer, Problem, Role,
    api::{Doc, Status, Tagged},
    dynamodb::optimistic,
    etag::{Conditions, ETag},
    http::Path,
};

use super::{SKU, no_product, product_view::tag, sku_of};
use crate::{
    app::App,
    domain::{Entry, Format, PICTURE_BYTES_MAX, Picture, Sku},
    store::{pictures, products},
};

pub(crate) const PUT_IMAGE: Doc = Doc::new(
    "Give a product its picture",
    Access::of(&[Role::Merchant, Role::Machine], "catalog:write"),
)
.path(&[SKU])
.body_limit(PICTURE_BYTES_MAX)
.says(&[(
    204,
    "It is the product's picture now. The tag is the picture's.",
)])
.refuses(&[
    (
        415,
        "unsupported-media-type",
        "It is sent as none of the formats of pictures.",
    ),
    (
        422,
        "not-a-picture",
        "What was sent is not what it is said to be.",
    ),
])
.also(|operation| {
    for format in Format::ALL {
        let schema = json!({ "type": "string", "format": "binary" });
        operation.body(format.media_type(), &schema);
    }
});

pub(crate) async fn put_image(
    State(app): State<App>,
    Path(sku): Path<String>,
    conditions: Conditions,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer<Pictured> {
    let sku = sku_of(&sku)?;
    let picture = read(&headers, body)?;
    optimistic(|| show(&app, &sku, &picture, &conditions)).await
}

/// Nothing but the picture's tag.
type Pictured = Status<204, Tagged<()>>;

/// `None`: somebody else has changed the product at the same moment.
async fn show(
    app: &App,
    sku: &Sku,
    picture: &Picture,
    conditions: &Conditions,
) -> Answer<Option<Pictured>> {
    let before = products::find(&app.outbox, sku).await?;
    let product = before.product().ok_or_else(|| no_product(sku))?;
    conditions.require(Some(&tag(product)))?;
    let answer = Status(Tagged(ETag::of(picture.tag()), ()));
    if product.picture == Some(picture.tag()) {
        return Ok(Some(answer));
    }

    let mut tx = app.outbox.begin();
    let after = Entry::Sold(product.pictured(picture.tag(), tx.now()));
    products::replace(&mut tx, app.outbox.table(), sku, &before, &after)?;
    pictures::put(&mut tx, sku, picture)?;
    Ok(app.commit(tx).await?.then_some(answer))
}

fn read(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Answer<Picture> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let format = Format::of(content_type).ok_or_else(|| {
        let detail = "A picture is image/png, image/jpeg, image/webp or image/svg+xml.";
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            detail,
        )
    })?;
    let bytes = body.map_err(|rejection| {
        let detail = format!("A picture has at most {PICTURE_BYTES_MAX} bytes.");
        Problem::new(rejection.status(), "body-too-large", detail)
    })?;
    Picture::of(format, bytes.into()).ok_or_else(|| {
        let detail = format!("What was sent is no {}.", format.media_type());
        Problem::unprocessable("not-a-picture", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SVG, Shop};

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    #[tokio::test]
    async fn a_picture_makes_the_product_a_newer_one_but_is_no_news_for_others() {
        let mut shop = Shop::with(&["MUG"]).await;
        for _ in 0..2 {
            let put = shop.put_image("MUG", "image/svg+xml", SVG).await;
            assert_eq!(put.status, StatusCode::NO_CONTENT);
        }
        let product = shop.get("/v1/products/MUG").await.json();
        assert_eq!(product["version"], 2);
        let shown = shop.get(product["image_url"].as_str().unwrap()).await;
        assert_eq!(shown.bytes, SVG);
        assert!(shop.announced().await.is_empty());
    }

    #[tokio::test]
    async fn the_largest_picture_fits_and_one_byte_more_does_not() {
        let shop = Shop::with(&["MUG"]).await;
        let mut picture = PNG.to_vec();
        for (bytes, status) in [
            (PICTURE_BYTES_MAX, StatusCode::NO_CONTENT),
            (PICTURE_BYTES_MAX + 1, StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            picture.resize(bytes, 0);
            let put = shop.put_image("MUG", "image/png", &picture).await;
            assert_eq!(put.status, status);
        }
        let shown = shop.get("/v1/products/MUG/image").await;
        assert_eq!(shown.bytes.len(), PICTURE_BYTES_MAX);
    }

    #[tokio::test]
    async fn only_merchants_give_a_product_its_picture() {
        let shop = Shop::with(&["MUG"]).await;
        let put = shop.put_image_as("MUG", "image/png", PNG, Role::Customer);
        assert_eq!(put.await.status, StatusCode::FORBIDDEN);
        let product = shop.get("/v1/products/MUG").await.json();
        assert_eq!(product["image_url"], json!(null));
    }

    #[tokio::test]
    async fn what_is_no_picture_or_has_no_product_is_refused() {
        let shop = Shop::with(&["MUG"]).await;
        for (sku, content_type, body, status) in [
            ("MUG", "image/gif", PNG, StatusCode::UNSUPPORTED_MEDIA_TYPE),
            ("MUG", "image/jpeg", PNG, StatusCode::UNPROCESSABLE_ENTITY),
            ("CUP", "image/png", PNG, StatusCode::NOT_FOUND),
        ] {
            let put = shop.put_image(sku, content_type, body).await;
            assert_eq!(put.status, status, "{sku} {content_type}");
        }
    }
}
