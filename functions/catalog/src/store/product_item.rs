//! A product as an item. One that was withdrawn keeps its version only, and with no attribute that an index is made of
//! it is in none.

use chrono::SecondsFormat;
use souk_contracts::Money;
use souk_kit::dynamodb::{DynamoError, Item, key, number, read, read_maybe, text};

use super::{CATEGORY, SHELF, SHELVES, SKU};
use crate::domain::{Details, Entry, Product, Sku};

pub(super) const VERSION: &str = "version";
const NAME: &str = "name";
const DESCRIPTION: &str = "description";
const PRICE_MINOR: &str = "price_minor";
const CURRENCY: &str = "currency";
const PICTURE: &str = "picture";
const PUBLISHED_AT: &str = "published_at";
const UPDATED_AT: &str = "updated_at";

/// Everything about one product has this partition key.
pub(super) fn partition(sku: &Sku) -> String {
    format!("product#{sku}")
}

pub(super) fn key_of(sku: &Sku) -> Item {
    key(partition(sku), "product")
}

/// The item of a product that is sold.
pub(super) fn write(product: &Product) -> Item {
    let Details {
        name,
        description,
        category,
        price,
    } = &product.details;
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let mut item = key_of(&product.sku);
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set(SKU, text(product.sku.as_str()));
    set(SHELF, text(shelf(&product.sku)));
    set(NAME, text(name));
    set(DESCRIPTION, text(description));
    set(CATEGORY, text(category));
    set(PRICE_MINOR, number(price.amount_minor));
    set(CURRENCY, text(price.currency.as_str()));
    set(VERSION, number(product.version));
    set(PUBLISHED_AT, text(time(product.published_at)));
    set(UPDATED_AT, text(time(product.updated_at)));
    if let Some(tag) = &product.picture {
        set(PICTURE, text(tag));
    }
    item
}

/// The item of a product that is sold no more.
pub(super) fn write_withdrawn(sku: &Sku, version: i64) -> Item {
    let mut item = key_of(sku);
    item.insert(VERSION.to_owned(), number(version));
    item
}

/// What an item says.
pub(super) fn read_entry(item: &Item) -> Result<Entry, DynamoError> {
    if item.contains_key(SKU) {
        return Ok(Entry::Sold(read_product(item)?));
    }
    let version = read(item, VERSION)?;
    Ok(Entry::Withdrawn { version })
}

/// The product that an item of an index is.
pub(super) fn read_product(item: &Item) -> Result<Product, DynamoError> {
    let sku: String = read(item, SKU)?;
    let details = Details {
        name: read(item, NAME)?,
        description: read(item, DESCRIPTION)?,
        category: read(item, CATEGORY)?,
        price: Money::new(read(item, PRICE_MINOR)?, read(item, CURRENCY)?),
    };
    Ok(Product {
        sku: Sku::parse(&sku).ok_or_else(|| DynamoError::Item(format!("`{sku}` is no SKU")))?,
        details,
        version: read(item, VERSION)?,
        picture: read_maybe(item, PICTURE)?,
        published_at: read(item, PUBLISHED_AT)?,
        updated_at: read(item, UPDATED_AT)?,
    })
}

/// Where a product stands among all products: always the same for the same SKU (FNV-1a).
fn shelf(sku: &Sku) -> String {
    let hash = sku.as_str().bytes().fold(2_166_136_261_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(16_777_619)
    });
    (hash % SHELVES).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::testing::mug;

    #[test]
    fn a_product_comes_back_as_it_was_put() {
        let product = mug(1250).pictured("tag".into(), mug(1).updated_at);
        assert_eq!(read_entry(&write(&product)).unwrap(), Entry::Sold(product));
    }

    #[test]
    fn a_withdrawn_product_is_in_no_index() {
        let item = write_withdrawn(&mug(1).sku, 7);
        assert_eq!(read_entry(&item).unwrap(), Entry::Withdrawn { version: 7 });
        for attribute in [CATEGORY, SHELF, SKU] {
            assert!(!item.contains_key(attribute), "{attribute}");
        }
    }

    #[test]
    fn every_shelf_gets_its_part() {
        let mut shelves = BTreeMap::new();
        for n in 0..1_000 {
            let sku = Sku::parse(&format!("COF-{n:03}")).unwrap();
            *shelves.entry(shelf(&sku)).or_insert(0) += 1;
        }
        assert_eq!(shelves.len(), SHELVES as usize);
        assert!(
            shelves.values().all(|part| (150..350).contains(part)),
            "{shelves:?}"
        );
    }
}
