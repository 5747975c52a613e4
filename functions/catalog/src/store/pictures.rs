//! Pictures: each an item of its own beside its product, so that no list has to read it.

use aws_sdk_dynamodb::{
    primitives::Blob,
    types::{AttributeValue, Delete, TransactWriteItem},
};
use souk_kit::dynamodb::{DynamoError, Item, Outbox, Tx, key, read, text};

use super::product_item::partition;
use crate::domain::{Format, Picture, Sku};

const MEDIA_TYPE: &str = "media_type";
const BYTES: &str = "bytes";

fn key_of(sku: &Sku) -> Item {
    key(partition(sku), "picture")
}

/// Puts a product's picture in place of the one it had.
pub(crate) fn put(tx: &mut Tx, sku: &Sku, picture: &Picture) -> Result<(), DynamoError> {
    let mut item = key_of(sku);
    let bytes = AttributeValue::B(Blob::new(picture.bytes.clone()));
    item.insert(MEDIA_TYPE.to_owned(), text(picture.format.media_type()));
    item.insert(BYTES.to_owned(), bytes);
    tx.put(item)
}

/// Takes a product's picture away.
pub(super) fn remove(tx: &mut Tx, table: &str, sku: &Sku) -> Result<(), DynamoError> {
    let delete = Delete::builder()
        .table_name(table)
        .set_key(Some(key_of(sku)));
    tx.write(TransactWriteItem::builder().delete(delete.build()?).build());
    Ok(())
}

/// A product's picture, perhaps the one before: what costs half suffices here.
pub(crate) async fn find(outbox: &Outbox, sku: &Sku) -> Result<Option<Picture>, DynamoError> {
    let answer = outbox
        .client()
        .get_item()
        .table_name(outbox.table())
        .set_key(Some(key_of(sku)))
        .send()
        .await?;
    answer.item.map(understand).transpose()
}

fn understand(mut item: Item) -> Result<Picture, DynamoError> {
    let media_type: String = read(&item, MEDIA_TYPE)?;
    let Some(AttributeValue::B(bytes)) = item.remove(BYTES) else {
        return Err(DynamoError::Item(format!("`{BYTES}` is absent")));
    };
    let picture = Format::of(&media_type).map(|format| Picture {
        format,
        bytes: bytes.into_inner(),
    });
    picture.ok_or_else(|| DynamoError::Item(format!("`{media_type}` is no picture")))
}
