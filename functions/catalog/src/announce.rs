//! A product's facts as events, in the words of the contracts.

use chrono::{DateTime, Utc};
use souk_contracts::{Contract, ProductPublished, ProductPublishedV2, ProductWithdrawn};
use souk_kit::events::RawEvent;
use uuid::Uuid;

use crate::domain::{Product, Sku};

/// `product.published`: it can be bought, or has changed. Said in both versions, until nobody hears the first one any more;
/// each is an event of its own, so that whoever hears only one of them misses nothing.
pub(crate) fn published(product: &Product, id: impl Fn() -> Uuid) -> [RawEvent; 2] {
    [
        in_v1(product).event(id(), product.updated_at),
        in_v2(product).event(id(), product.updated_at),
    ]
}

fn in_v1(product: &Product) -> ProductPublished {
    ProductPublished {
        sku: product.sku.to_string(),
        name: product.details.name.clone(),
        category: product.details.category.clone(),
        price: product.details.price,
        version: product.version,
        published_at: product.updated_at,
    }
}

fn in_v2(product: &Product) -> ProductPublishedV2 {
    ProductPublishedV2 {
        sku: product.sku.to_string(),
        name: product.details.name.clone(),
        description: Some(product.details.description.clone()),
        category: product.details.category.clone(),
        price: product.details.price,
        version: product.version,
        on_sale_since: Some(product.published_at),
        changed_at: product.updated_at,
    }
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
