//! Products by their SKU.

use std::time::Duration;

use aws_sdk_dynamodb::types::{KeysAndAttributes, Put, TransactWriteItem};
use souk_kit::dynamodb::{DynamoError, Item, Outbox, PK, Tx, number};

use super::{
    categories, pictures,
    product_item::{self, VERSION},
};
use crate::domain::{Entry, Product, Sku};

/// DynamoDB answers for a part where all would be too much at once.
const ROUNDS_MAX: usize = 5;
const ROUND_WAIT: Duration = Duration::from_millis(50);

/// What is on record of an SKU.
pub(crate) async fn find(outbox: &Outbox, sku: &Sku) -> Result<Entry, DynamoError> {
    let answer = outbox
        .client()
        .get_item()
        .table_name(outbox.table())
        .set_key(Some(product_item::key_of(sku)))
        .consistent_read(true)
        .send()
        .await?;
    answer
        .item
        .map_or(Ok(Entry::Never), |item| product_item::read_entry(&item))
}

/// Those of up to 100 products that are sold, in no order.
pub(crate) async fn find_many(outbox: &Outbox, skus: &[Sku]) -> Result<Vec<Product>, DynamoError> {
    let mut keys: Vec<Item> = skus.iter().map(product_item::key_of).collect();
    let mut found = Vec::new();
    for _ in 0..ROUNDS_MAX {
        if keys.is_empty() {
            break;
        }
        let (items, rest) = fetch(outbox, keys).await?;
        for item in items {
            if let Entry::Sold(product) = product_item::read_entry(&item)? {
                found.push(product);
            }
        }
        if !rest.is_empty() {
            tokio::time::sleep(ROUND_WAIT).await;
        }
        keys = rest;
    }
    if keys.is_empty() {
        return Ok(found);
    }
    let why = format!("{} items are still to be read", keys.len());
    Err(DynamoError::Unavailable(why))
}

/// The items, and the keys of those that have to be asked for again.
async fn fetch(outbox: &Outbox, keys: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>), DynamoError> {
    let wanted = KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()?;
    let answer = outbox
        .client()
        .batch_get_item()
        .request_items(outbox.table(), wanted)
        .send()
        .await?;
    let items = answer.responses.unwrap_or_default().into_values().flatten();
    let rest = answer.unprocessed_keys.unwrap_or_default().into_values();
    Ok((items.collect(), rest.flat_map(|rest| rest.keys).collect()))
}

/// Replaces what is on record of an SKU by what it becomes, unless it is not `before` any more; and counts its category.
pub(crate) fn replace(
    tx: &mut Tx,
    table: &str,
    sku: &Sku,
    before: &Entry,
    after: &Entry,
) -> Result<(), DynamoError> {
    let item = match after {
        Entry::Sold(product) => product_item::write(product),
        Entry::Withdrawn { version } => product_item::write_withdrawn(sku, *version),
        Entry::Never => return Ok(()),
    };
    let put = Put::builder().table_name(table).set_item(Some(item));
    let put = match before.version() {
        None => put.condition_expression(format!("attribute_not_exists({PK})")),
        Some(version) => put
            .condition_expression(format!("{VERSION} = :before"))
            .expression_attribute_values(":before", number(version)),
    };
    tx.write(TransactWriteItem::builder().put(put.build()?).build());
    categories::recount(tx, table, category(before), category(after))?;
    if picture(before).is_some() && picture(after).is_none() {
        pictures::remove(tx, table, sku)?;
    }
    Ok(())
}

fn category(entry: &Entry) -> Option<&str> {
    Some(&entry.product()?.details.category)
}

fn picture(entry: &Entry) -> Option<&str> {
    entry.product()?.picture.as_deref()
}
