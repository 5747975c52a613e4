//! Asks catalog for prices: all articles of a basket in one question.

use serde::Deserialize;
use souk_contracts::Money;
use souk_kit::resilience::{Client, ClientError};
use url::Url;

use super::TIMEOUT;
use crate::domain::{Basket, LINES_MAX, PriceTag, PriceTags};

/// Who knows the prices.
#[derive(Clone)]
pub(crate) struct Catalog(Client);

#[derive(Deserialize)]
struct Products {
    items: Vec<Product>,
}

/// The part of a product that a price tag is made of.
#[derive(Deserialize)]
struct Product {
    sku: String,
    name: String,
    price: Money,
}

impl Catalog {
    /// Asks at this address.
    pub(crate) fn at(base: Url) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self(Client::new("catalog", base, TIMEOUT)?))
    }

    /// The price tags of those articles that are sold.
    pub(crate) async fn price_tags(&self, basket: &Basket) -> Result<PriceTags, ClientError> {
        let path = format!(
            "/v1/products?sku={}&limit={LINES_MAX}",
            basket.skus().join(",")
        );
        let products: Products = self.0.get_json(&path, None).await?;
        let tag = |Product { sku, name, price }| (sku, PriceTag { name, price });
        Ok(products.items.into_iter().map(tag).collect())
    }
}
