//! `dev.souk.product.withdrawn.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Contract, wire};

/// A product cannot be bought any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductWithdrawn {
    /// The article.
    #[serde(deserialize_with = "wire::sku")]
    #[schemars(regex(pattern = r"^[A-Z0-9][A-Z0-9-]{1,31}$"))]
    pub sku: String,
    /// Grows with every change, so that a late event is recognised as such.
    pub version: i64,
    /// When.
    pub withdrawn_at: DateTime<Utc>,
}

impl Contract for ProductWithdrawn {
    const TYPE: &'static str = "dev.souk.product.withdrawn.v1";
    const EMITTER: &'static str = "catalog";
    const SOURCE: &'static str = "/functions/catalog";

    fn subject(&self) -> String {
        format!("products/{}", self.sku)
    }

    fn partition_key(&self) -> String {
        self.sku.clone()
    }
}
