//! The table: see the card for what is where in it.

pub(crate) mod categories;
mod listing;
pub(crate) mod pictures;
mod product_item;
pub(crate) mod products;

use souk_kit::dynamodb::TableSpec;

pub(crate) use listing::{Found, list};

/// The index of products by category.
const BY_CATEGORY: &str = "by_category";
const CATEGORY: &str = "category";
/// The index of all products, on some shelves, so that no one partition has to hold and write them all.
const BY_SHELF: &str = "by_shelf";
const SHELF: &str = "shelf";
const SHELVES: u32 = 4;
/// Both indexes are in this order.
const SKU: &str = "sku";

/// The function's table.
pub(crate) fn table(name: &str) -> TableSpec {
    TableSpec::new(name)
        .index(BY_CATEGORY, CATEGORY, SKU)
        .index(BY_SHELF, SHELF, SKU)
}
