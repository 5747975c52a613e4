//! `GET /v1/products/{sku}/image`: a product's picture. It comes from whoever has put it, so it is let do nothing.

use axum::{
    body::Bytes,
    extract::State,
    http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Access, Answer, Problem,
    api::{Cached, Doc, Output, Reply, Schemas},
    etag::{ETag, IfNoneMatch, Read},
    http::{Path, Query},
};

use super::{SKU, sku_of};
use crate::{app::App, domain::Format, store::pictures};

/// Of a URL that names the very picture.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_A_MINUTE: &str = "public, max-age=60";

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Meant {
    /// The tag of the picture that is meant: that very picture may be kept for ever.
    v: Option<String>,
}

pub(crate) const GET_IMAGE: Doc = Doc::new("Show a product's picture", Access::public())
    .path(&[SKU])
    .says(&[
        (200, "The picture, in the format in which it was put. It is let do nothing: an SVG's scripts do not run."),
        (304, "The client has it already."),
    ]);

pub(crate) async fn get_image(
    State(app): State<App>,
    Path(sku): Path<String>,
    Query(meant): Query<Meant>,
    known: IfNoneMatch,
) -> Answer<Cached<Read<Image>>> {
    let sku = sku_of(&sku)?;
    let picture = pictures::find(&app.outbox, &sku).await?;
    let picture = picture.ok_or_else(|| Problem::not_found("image of product", &sku))?;
    let tag = picture.tag();
    let control = if meant.v.as_ref() == Some(&tag) {
        FOR_EVER
    } else {
        FOR_A_MINUTE
    };
    let image = Image {
        format: picture.format,
        bytes: picture.bytes.into(),
    };
    let answer = known.answer(ETag::of(tag), image);
    Ok(Cached { control, answer })
}

/// A picture as it is shown.
pub(crate) struct Image {
    format: Format,
    bytes: Bytes,
}

impl IntoResponse for Image {
    /// Opened by itself, an SVG is a document that may hold scripts: the sandbox has none run.
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, self.format.media_type()),
            (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (headers, self.bytes).into_response()
    }
}

impl Output for Image {
    fn replies(_: &mut Schemas) -> Vec<Reply> {
        let schema = json!({ "type": "string", "format": "binary" });
        let mut reply = Reply::empty(200);
        for format in Format::ALL {
            let content = json!({ "schema": schema });
            reply
                .content
                .insert(format.media_type().to_owned(), content);
        }
        vec![reply]
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

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
