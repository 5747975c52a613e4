//! A product as clients see it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use souk_contracts::Money;
use souk_kit::etag::ETag;

use crate::domain::{Product, Sku};

/// A product.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Product")]
pub(crate) struct ProductView {
    /// What identifies it.
    #[schemars(regex(pattern = Sku::PATTERN))]
    sku: String,
    /// What it is called.
    name: String,
    /// A few sentences; may be empty.
    description: String,
    /// Where shoppers find it.
    category: String,
    /// What one piece costs.
    price: Money,
    /// Its picture, if it has one. The address names the very picture, so that it may be kept for ever.
    #[schemars(extend("format" = "uri-reference"))]
    image_url: Option<String>,
    /// Grows with every change.
    #[schemars(range(min = 1))]
    version: i64,
    /// Since when it is sold.
    published_at: DateTime<Utc>,
    /// When it last changed.
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

/// A product for the document.
pub(super) fn example() -> Value {
    json!({
        "sku": "COF-ETH-250",
        "name": "Yirgacheffe, whole beans, 250 g",
        "description": "Washed coffee from Ethiopia.",
        "category": "coffee",
        "price": { "amount_minor": 1290, "currency": "EUR" },
        "image_url": "/v1/products/COF-ETH-250/image?v=5d41402abc4b2a76b9719d911017c592",
        "version": 2,
        "published_at": "2026-03-01T09:30:00.123456Z",
        "updated_at": "2026-03-01T09:31:00.123456Z",
    })
}

/// The tag of a product: its version, which grows with every change.
pub(super) fn tag(product: &Product) -> ETag {
    ETag::of(product.version)
}
