//! `dev.souk.product.published.v1`. Version 2 follows it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Contract, Money, wire};

/// A product can be bought from now on, or has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductPublished {
    /// The article.
    #[serde(deserialize_with = "wire::sku")]
    #[schemars(regex(pattern = r"^[A-Z0-9][A-Z0-9-]{1,31}$"))]
    pub sku: String,
    /// What it is called.
    pub name: String,
    /// Where shoppers find it.
    pub category: String,
    /// What one piece costs.
    pub price: Money,
    /// Grows with every change, so that a late event is recognised as such.
    pub version: i64,
    /// When.
    pub published_at: DateTime<Utc>,
}

impl Contract for ProductPublished {
    const TYPE: &'static str = "dev.souk.product.published.v1";
    const EMITTER: &'static str = "catalog";
    const SOURCE: &'static str = "/functions/catalog";

    fn subject(&self) -> String {
        format!("products/{}", self.sku)
    }

    fn partition_key(&self) -> String {
        self.sku.clone()
    }
}
