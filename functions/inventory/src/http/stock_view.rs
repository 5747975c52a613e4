//! The stock of an article as clients see it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::Level;

/// The stock of an article.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Stock")]
pub(crate) struct StockView {
    /// The article.
    sku: String,
    /// How many pieces are in the house.
    #[schemars(range(min = 0))]
    on_hand: i64,
    /// How many of them were promised to customers.
    #[schemars(range(min = 0))]
    reserved: i64,
    /// How many can be ordered.
    #[schemars(range(min = 0))]
    available: i64,
}

/// An article's stock for the document.
pub(super) fn example() -> Value {
    json!({ "sku": "COF-ETH-250", "on_hand": 120, "reserved": 2, "available": 118 })
}

impl StockView {
    pub(super) fn of(sku: String, level: Level) -> Self {
        Self {
            sku,
            on_hand: level.on_hand,
            reserved: level.reserved,
            available: level.available(),
        }
    }
}
