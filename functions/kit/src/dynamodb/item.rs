//! Items: how attributes are written and read. Times, codes and numbers are read from their text.

use std::{collections::HashMap, fmt, str::FromStr};

use aws_sdk_dynamodb::types::AttributeValue;

use super::{DynamoError, PK, SK};

/// One item, or the key of one.
pub type Item = HashMap<String, AttributeValue>;

/// The key of an item.
pub fn key(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    HashMap::from([(PK.to_owned(), text(pk)), (SK.to_owned(), text(sk))])
}

/// An attribute that is text.
pub fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// An attribute that is a whole number.
pub fn number(value: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// What an attribute says, which must be there.
pub fn read<T>(item: &Item, name: &str) -> Result<T, DynamoError>
where
    T: FromStr<Err: fmt::Display>,
{
    read_maybe(item, name)?.ok_or_else(|| DynamoError::Item(format!("`{name}` is absent")))
}

/// What an attribute says, if it is there.
pub fn read_maybe<T>(item: &Item, name: &str) -> Result<Option<T>, DynamoError>
where
    T: FromStr<Err: fmt::Display>,
{
    match item.get(name) {
        None => Ok(None),
        Some(AttributeValue::S(value) | AttributeValue::N(value)) => match value.parse() {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(DynamoError::Item(format!("`{name}`: {error}"))),
        },
        Some(_) => Err(DynamoError::Item(format!("`{name}` is no text or number"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_that_cannot_be_understood_is_named() {
        let item = Item::from([
            ("version".to_owned(), number(7)),
            ("sku".to_owned(), text("MUG")),
        ]);
        assert_eq!(read::<i64>(&item, "version").unwrap(), 7);
        assert_eq!(read_maybe::<i64>(&item, "price").unwrap(), None);
        for name in ["sku", "price"] {
            let error = read::<i64>(&item, name).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
