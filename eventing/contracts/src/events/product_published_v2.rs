//! `dev.souk.product.published.v2`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ProductPublished;
use crate::{Contract, Money, Upcast, wire};

/// A product can be bought from now on, or has changed; with all that a search or a shop window shows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductPublishedV2 {
    /// The article.
    #[serde(deserialize_with = "wire::sku")]
    #[schemars(regex(pattern = r"^[A-Z0-9][A-Z0-9-]{1,31}$"))]
    pub sku: String,
    /// What it is called.
    pub name: String,
    /// A few sentences, maybe none; absent only from what was first said in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where shoppers find it.
    pub category: String,
    /// What one piece costs.
    pub price: Money,
    /// Grows with every change, so that a late event is recognised as such.
    pub version: i64,
    /// Since when it is sold; absent only from what was first said in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_sale_since: Option<DateTime<Utc>>,
    /// When it became what it is.
    pub changed_at: DateTime<Utc>,
}

impl Contract for ProductPublishedV2 {
    const TYPE: &'static str = "dev.souk.product.published.v2";
    const EMITTER: &'static str = "catalog";
    const SOURCE: &'static str = "/functions/catalog";

    fn subject(&self) -> String {
        format!("products/{}", self.sku)
    }

    fn partition_key(&self) -> String {
        self.sku.clone()
    }
}

impl Upcast for ProductPublishedV2 {
    type Older = ProductPublished;

    /// Version 1 called the time of the change `published_at`, and took it for the time since when a product is sold.
    fn upcast(older: ProductPublished) -> Self {
        let ProductPublished {
            sku,
            name,
            category,
            price,
            version,
            published_at,
        } = older;
        Self {
            sku,
            name,
            description: None,
            category,
            price,
            version,
            on_sale_since: None,
            changed_at: published_at,
        }
    }
}
