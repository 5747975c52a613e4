//! A product as clients see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_contracts::Money;
use souk_kit::etag::ETag;

use crate::domain::Product;

#[derive(Serialize)]
pub(crate) struct ProductView {
    sku: String,
    name: String,
    description: String,
    category: String,
    price: Money,
    /// Names the very picture, so that it may be kept for ever.
    image_url: Option<String>,
    version: i64,
    published_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl ProductView {
    pub(super) fn of(product: Product) -> Self {
        let image_url = product
            .picture
            .map(|tag| format!("/v1/products/{}/image?v={tag}", product.sku));
        Self {
            sku: product.sku.to_string(),
            name: product.details.name,
            description: product.details.description,
            category: product.details.category,
            price: product.details.price,
            image_url,
            version: product.version,
            published_at: product.published_at,
            updated_at: product.updated_at,
        }
    }
}

/// The tag of a product: its version, which grows with every change.
pub(super) fn tag(product: &Product) -> ETag {
    ETag::of(product.version)
}
