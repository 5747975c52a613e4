//! What the shop sells on its first day. Knows nothing of how it gets there.

use anyhow::{Context, Result};
use serde::Deserialize;

/// One product and how many pieces of it arrive.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Article {
    /// Stock keeping unit.
    pub(crate) sku: String,
    /// Name on the shelf.
    pub(crate) name: String,
    /// A sentence or two.
    pub(crate) description: String,
    /// One of six.
    pub(crate) category: String,
    /// Euro cents.
    pub(crate) price_minor: i64,
    /// Pieces received on the first day.
    pub(crate) pieces: u32,
}

/// All of them, in the order of the file.
pub(crate) fn all() -> Result<Vec<Article>> {
    serde_json::from_str(include_str!("../goods.json")).context("goods.json cannot be read")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_at_least_forty_products_in_six_categories_each_with_its_own_sku() {
        let articles = all().unwrap();
        let skus: BTreeSet<_> = articles.iter().map(|article| &article.sku).collect();
        let categories: BTreeSet<_> = articles.iter().map(|article| &article.category).collect();
        assert!(articles.len() >= 40);
        assert_eq!(skus.len(), articles.len());
        assert_eq!(categories.len(), 6);
    }

    #[test]
    fn every_product_costs_something_and_can_be_bought() {
        for article in all().unwrap() {
            assert!(
                article.price_minor > 0 && article.pieces > 0,
                "{}",
                article.sku
            );
            assert!(article.description.len() > 20, "{}", article.sku);
        }
    }
}
