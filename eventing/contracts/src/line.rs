//! Parts that several events are made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Money, wire};

/// Some pieces of one article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockLine {
    /// The article.
    #[serde(deserialize_with = "wire::sku")]
    #[schemars(regex(pattern = r"^[A-Z0-9][A-Z0-9-]{1,31}$"))]
    pub sku: String,
    /// How many pieces.
    #[serde(deserialize_with = "wire::quantity")]
    #[schemars(range(min = 1))]
    pub quantity: u32,
}

/// Some pieces of one article, with the price they were ordered at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PricedLine {
    /// The article.
    #[serde(deserialize_with = "wire::sku")]
    #[schemars(regex(pattern = r"^[A-Z0-9][A-Z0-9-]{1,31}$"))]
    pub sku: String,
    /// What it was called when it was ordered.
    pub name: String,
    /// How many pieces.
    #[serde(deserialize_with = "wire::quantity")]
    #[schemars(range(min = 1))]
    pub quantity: u32,
    /// The price of one piece.
    pub unit_price: Money,
}

/// An article of which there was less than was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shortage {
    /// The article.
    #[serde(deserialize_with = "wire::sku")]
    #[schemars(regex(pattern = r"^[A-Z0-9][A-Z0-9-]{1,31}$"))]
    pub sku: String,
    /// How many pieces were asked for.
    #[serde(deserialize_with = "wire::quantity")]
    #[schemars(range(min = 1))]
    pub requested: u32,
    /// How many there were.
    pub available: u32,
}

/// Where a parcel goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Who receives it.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// What the first line had no room for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// Country by its ISO 3166 code of two letters.
    pub country: String,
}
