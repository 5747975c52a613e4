//! A product's facts as events, in the words of the contracts.

use chrono::{DateTime, Utc};
use souk_contracts::{Contract, ProductPublished, ProductWithdrawn};
use souk_kit::events::RawEvent;
use uuid::Uuid;

use crate::domain::{Product, Sku};

/// `product.published`: it can be bought, or has changed.
pub(crate) fn published(product: &Product, id: Uuid) -> RawEvent {
    let fact = ProductPublished {
        sku: product.sku.to_string(),
        name: product.details.name.clone(),
        category: product.details.category.clone(),
        price: product.details.price,
        version: product.version,
        published_at: product.updated_at,
    };
    fact.event(id, product.updated_at)
}

/// `product.withdrawn`: it cannot be bought any more.
pub(crate) fn withdrawn(sku: &Sku, version: i64, id: Uuid, at: DateTime<Utc>) -> RawEvent {
    let fact = ProductWithdrawn {
        sku: sku.to_string(),
        version,
        withdrawn_at: at,
    };
    fact.event(id, at)
}
