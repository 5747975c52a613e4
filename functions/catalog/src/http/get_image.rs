//! `GET /v1/products/{sku}/image`: a product's picture. It comes from whoever has put it, so it is let do nothing.

use axum::{
    extract::State,
    http::{
        HeaderName, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use souk_kit::{
    Answer, Problem,
    etag::{Conditions, ETag},
    http::{Path, Query},
};

use super::sku_of;
use crate::{app::App, domain::Format, store::pictures};

/// Of a URL that names the very picture.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_A_MINUTE: &str = "public, max-age=60";

#[derive(Deserialize)]
pub(crate) struct Meant {
    /// The tag of the picture that is meant.
    v: Option<String>,
}

pub(crate) async fn get_image(
    State(app): State<App>,
    Path(sku): Path<String>,
    Query(meant): Query<Meant>,
    conditions: Conditions,
) -> Answer<Response> {
    let sku = sku_of(&sku)?;
    let picture = pictures::find(&app.outbox, &sku).await?;
    let picture = picture.ok_or_else(|| Problem::not_found("image of product", &sku))?;
    let tag = picture.tag();
    let kept = if meant.v.as_ref() == Some(&tag) {
        FOR_EVER
    } else {
        FOR_A_MINUTE
    };
    let tag = ETag::of(tag);
    let head = (headers(picture.format, kept), tag.clone());
    if conditions.not_modified(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    Ok((head, picture.bytes).into_response())
}

/// Opened by itself, an SVG is a document that may hold scripts: the sandbox has none run.
fn headers(format: Format, kept: &'static str) -> [(HeaderName, &'static str); 4] {
    [
        (CONTENT_TYPE, format.media_type()),
        (CACHE_CONTROL, kept),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SVG, Shop};

    #[tokio::test]
    async fn a_picture_is_shown_as_it_was_put_and_cannot_do_harm() {
        let shop = Shop::with(&["MUG"]).await;
        shop.put_image("MUG", "image/svg+xml", SVG).await;
        let shown = shop.get("/v1/products/MUG/image").await;
        assert_eq!(shown.bytes, SVG);
        for (name, value) in [
            ("content-type", "image/svg+xml"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(shown.header(name), value);
        }
    }

    #[tokio::test]
    async fn only_a_url_that_names_the_very_picture_is_kept_for_ever() {
        let shop = Shop::with(&["MUG"]).await;
        shop.put_image("MUG", "image/svg+xml", SVG).await;
        let product = shop.get("/v1/products/MUG").await.json();
        let named = shop.get(product["image_url"].as_str().unwrap()).await;
        assert_eq!(named.header("cache-control"), FOR_EVER);
        for path in ["/v1/products/MUG/image", "/v1/products/MUG/image?v=old"] {
            let other = shop.get(path).await;
            assert_eq!(other.header("cache-control"), FOR_A_MINUTE, "{path}");
        }
        let tag = named.header("etag");
        let again = shop.get_with("/v1/products/MUG/image", "if-none-match", &tag);
        let again = again.await;
        assert_eq!(
            (again.status, again.bytes.len()),
            (StatusCode::NOT_MODIFIED, 0)
        );
    }

    #[tokio::test]
    async fn a_product_without_a_picture_has_none() {
        let shop = Shop::with(&["MUG"]).await;
        let shown = shop.get("/v1/products/MUG/image").await;
        assert_eq!(shown.status, StatusCode::NOT_FOUND);
    }
}
