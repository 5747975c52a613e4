//! A cart as an item.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, SecondsFormat, Utc};
use souk_kit::dynamodb::{DynamoError, EXPIRES_AT, Item, SK, key, number, read, text};
use uuid::Uuid;

use crate::domain::{Cart, Line};

pub(super) const VERSION: &str = "version";
/// In the item that names an account's newest cart.
pub(super) const CART_ID: &str = "cart_id";
const LINES: &str = "lines";
const SKU: &str = "sku";
const QUANTITY: &str = "quantity";
const SET_AT: &str = "set_at";
const CREATED_AT: &str = "created_at";
const UPDATED_AT: &str = "updated_at";

/// The sort keys of carts begin like this.
pub(super) const CART: &str = "cart#";

const NEWEST: &str = "newest";

/// All carts of an account have this partition key: whoever asks for one finds their own only.
pub(super) fn partition(account_id: Uuid) -> String {
    format!("account#{account_id}")
}

pub(super) fn key_of(account_id: Uuid, cart_id: Uuid) -> Item {
    key(partition(account_id), format!("{CART}{cart_id}"))
}

/// The key of the item that names an account's newest cart. Whoever makes another one replaces it.
pub(super) fn key_of_newest(account_id: Uuid) -> Item {
    key(partition(account_id), NEWEST)
}

pub(super) fn write_newest(account_id: Uuid, cart: &Cart) -> Item {
    let mut item = key_of_newest(account_id);
    item.insert(CART_ID.to_owned(), text(cart.cart_id));
    let expires_at = number(cart.expires_at.timestamp());
    item.insert(EXPIRES_AT.to_owned(), expires_at);
    item
}

pub(super) fn write(account_id: Uuid, cart: &Cart) -> Item {
    let mut item = key_of(account_id, cart.cart_id);
    let lines = cart.lines.iter().map(write_line).collect();
    for (name, value) in [
        (LINES, AttributeValue::L(lines)),
        (VERSION, number(cart.version)),
        (CREATED_AT, time(cart.created_at)),
        (UPDATED_AT, time(cart.updated_at)),
        (EXPIRES_AT, number(cart.expires_at.timestamp())),
    ] {
        item.insert(name.to_owned(), value);
    }
    item
}

pub(super) fn understand(item: &Item) -> Result<Cart, DynamoError> {
    let sort_key: String = read(item, SK)?;
    let cart_id = sort_key.strip_prefix(CART).and_then(|id| id.parse().ok());
    let expires_at = DateTime::from_timestamp(read(item, EXPIRES_AT)?, 0);
    Ok(Cart {
        cart_id: cart_id.ok_or_else(|| unfit(SK))?,
        lines: lines(item)?,
        version: read(item, VERSION)?,
        created_at: read(item, CREATED_AT)?,
        updated_at: read(item, UPDATED_AT)?,
        expires_at: expires_at.ok_or_else(|| unfit(EXPIRES_AT))?,
    })
}

fn lines(item: &Item) -> Result<Vec<Line>, DynamoError> {
    let Some(AttributeValue::L(lines)) = item.get(LINES) else {
        return Err(unfit(LINES));
    };
    lines.iter().map(read_line).collect()
}

fn write_line(line: &Line) -> AttributeValue {
    let attributes = [
        (SKU, text(&line.sku)),
        (QUANTITY, number(line.quantity)),
        (SET_AT, time(line.set_at)),
    ];
    let named = attributes.map(|(name, value)| (name.to_owned(), value));
    AttributeValue::M(Item::from(named))
}

fn read_line(line: &AttributeValue) -> Result<Line, DynamoError> {
    let AttributeValue::M(line) = line else {
        return Err(unfit(LINES));
    };
    Ok(Line {
        sku: read(line, SKU)?,
        quantity: read(line, QUANTITY)?,
        set_at: read(line, SET_AT)?,
    })
}

fn time(at: DateTime<Utc>) -> AttributeValue {
    text(at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn unfit(name: &str) -> DynamoError {
    DynamoError::Item(format!("`{name}` is not as carts are written"))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_cart_comes_back_as_it_was_put() {
        let (now, hour) = (DateTime::UNIX_EPOCH, TimeDelta::hours(1));
        let cart = Cart::new(Uuid::from_u128(7), now, hour);
        let cart = cart.with("MUG", 2, now + hour, hour).unwrap();
        assert_eq!(understand(&write(Uuid::nil(), &cart)).unwrap(), cart);
    }
}
