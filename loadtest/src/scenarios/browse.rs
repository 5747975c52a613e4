//! Looking around without an account.

use goose::prelude::*;
use rand::seq::IndexedRandom;

const CATEGORIES: [&str; 6] = ["coffee", "tea", "kitchen", "spices", "textiles", "lighting"];
pub(crate) const SKUS: [&str; 6] = [
    "COF-ETH-250",
    "TEA-SEN-100",
    "KIT-PAP-100",
    "SPI-CUM-100",
    "TEX-BAG-001",
    "LIG-TEA-012",
];

/// The first twenty products.
pub(crate) async fn first_page(user: &mut GooseUser) -> TransactionResult {
    user.get_named("/v1/products", "GET /v1/products").await?;
    Ok(())
}

/// One category.
pub(crate) async fn category(user: &mut GooseUser) -> TransactionResult {
    let path = format!("/v1/products?category={}", pick(&CATEGORIES));
    user.get_named(&path, "GET /v1/products?category=").await?;
    Ok(())
}

/// One product and whether it can be had.
pub(crate) async fn product(user: &mut GooseUser) -> TransactionResult {
    let sku = pick(&SKUS);
    user.get_named(&format!("/v1/products/{sku}"), "GET /v1/products/{sku}")
        .await?;
    user.get_named(&format!("/v1/stock/{sku}"), "GET /v1/stock/{sku}")
        .await?;
    Ok(())
}

pub(crate) fn pick(words: &[&'static str]) -> &'static str {
    words.choose(&mut rand::rng()).copied().unwrap_or_default()
}
