//! Carts by their account.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use chrono::{DateTime, Utc};
use souk_kit::dynamodb::{DynamoError, Outbox, PK, SK, Tx, number, read, text};
use uuid::Uuid;

use super::cart_item::{self, CART, CART_ID, VERSION};
use crate::domain::Cart;

/// As many as one transaction deletes with ease.
const FORGOTTEN_AT_ONCE: i32 = 50;

/// A cart of this account that is still there.
pub(crate) async fn find(
    outbox: &Outbox,
    account_id: Uuid,
    cart_id: Uuid,
) -> Result<Option<Cart>, DynamoError> {
    let answer = outbox
        .client()
        .get_item()
        .table_name(outbox.table())
        .set_key(Some(cart_item::key_of(account_id, cart_id)))
        .consistent_read(true)
        .send()
        .await?;
    let cart = answer
        .item
        .as_ref()
        .map(cart_item::understand)
        .transpose()?;
    Ok(cart.filter(|cart| !cart.has_expired(outbox.clock().now())))
}

/// The carts of an account that are still there, oldest first. It has few: creating one looks at them all.
pub(crate) async fn list(outbox: &Outbox, account_id: Uuid) -> Result<Vec<Cart>, DynamoError> {
    let answer = outbox
        .client()
        .query()
        .table_name(outbox.table())
        .consistent_read(true)
        .key_condition_expression(format!("{PK} = :account and begins_with({SK}, :cart)"))
        .expression_attribute_values(":account", text(cart_item::partition(account_id)))
        .expression_attribute_values(":cart", text(CART))
        .send()
        .await?;
    let carts: Result<Vec<_>, _> = answer.items().iter().map(cart_item::understand).collect();
    let (mut carts, now): (Vec<Cart>, DateTime<Utc>) = (carts?, outbox.clock().now());
    carts.retain(|cart| !cart.has_expired(now));
    Ok(carts)
}

/// The cart that an account made last, whether it is still there or not.
pub(crate) async fn newest(
    outbox: &Outbox,
    account_id: Uuid,
) -> Result<Option<String>, DynamoError> {
    let answer = outbox
        .client()
        .get_item()
        .table_name(outbox.table())
        .set_key(Some(cart_item::key_of_newest(account_id)))
        .consistent_read(true)
        .send()
        .await?;
    let item = answer.item.as_ref();
    item.map(|item| read(item, CART_ID)).transpose()
}

/// Deletes some of what there is of an account, expired or not; whether there may be more.
pub(crate) async fn forget_some(outbox: &Outbox, account_id: Uuid) -> Result<bool, DynamoError> {
    let answer = outbox
        .client()
        .query()
        .table_name(outbox.table())
        .consistent_read(true)
        .key_condition_expression(format!("{PK} = :account"))
        .expression_attribute_values(":account", text(cart_item::partition(account_id)))
        .projection_expression(format!("{PK}, {SK}"))
        .limit(FORGOTTEN_AT_ONCE)
        .send()
        .await?;
    if answer.items().is_empty() {
        return Ok(false);
    }
    let mut tx = outbox.begin();
    for key in answer.items() {
        let delete = Delete::builder()
            .table_name(outbox.table())
            .set_key(Some(key.clone()));
        tx.write(TransactWriteItem::builder().delete(delete.build()?).build());
    }
    tx.commit().await?;
    Ok(true)
}

/// Puts a new cart, if no other was made since the account's `newest` was looked at: whoever counts carts before making one has
/// counted them all.
pub(crate) fn create(
    tx: &mut Tx,
    table: &str,
    account_id: Uuid,
    cart: &Cart,
    newest: Option<String>,
) -> Result<(), DynamoError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(cart_item::write_newest(account_id, cart)));
    let put = match newest {
        None => put.condition_expression(format!("attribute_not_exists({PK})")),
        // It may have expired and been taken away meanwhile, which changes nothing.
        Some(cart_id) => put
            .condition_expression(format!("attribute_not_exists({PK}) or {CART_ID} = :newest"))
            .expression_attribute_values(":newest", text(cart_id)),
    };
    tx.write(TransactWriteItem::builder().put(put.build()?).build());

    let put = Put::builder()
        .table_name(table)
        .set_item(Some(cart_item::write(account_id, cart)))
        .condition_expression(format!("attribute_not_exists({PK})"));
    tx.write(TransactWriteItem::builder().put(put.build()?).build());
    Ok(())
}

/// Replaces a cart by its next version, unless somebody else has.
pub(crate) fn replace(
    tx: &mut Tx,
    table: &str,
    account_id: Uuid,
    before: &Cart,
    after: &Cart,
) -> Result<(), DynamoError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(cart_item::write(account_id, after)))
        .condition_expression(format!("{VERSION} = :before"))
        .expression_attribute_values(":before", number(before.version));
    tx.write(TransactWriteItem::builder().put(put.build()?).build());
    Ok(())
}

/// Takes a cart away, unless somebody else has changed it.
pub(crate) fn remove(
    tx: &mut Tx,
    table: &str,
    account_id: Uuid,
    before: &Cart,
) -> Result<(), DynamoError> {
    let delete = Delete::builder()
        .table_name(table)
        .set_key(Some(cart_item::key_of(account_id, before.cart_id)))
        .condition_expression(format!("{VERSION} = :before"))
        .expression_attribute_values(":before", number(before.version));
    tx.write(TransactWriteItem::builder().delete(delete.build()?).build());
    Ok(())
}
