//! How many products each category has, counted with every change: nobody has to read all products to know.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use souk_kit::dynamodb::{DynamoError, Item, Outbox, PK, SK, Tx, key, number, read, text};

const CATEGORIES: &str = "categories";
const PRODUCTS: &str = "products";

/// Counts a product that moves from one category to another; `None` is where products are that are not sold.
pub(super) fn recount(
    tx: &mut Tx,
    table: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<(), DynamoError> {
    if from == to {
        return Ok(());
    }
    let less = from.map(|category| add(table, category, -1));
    let more = to.map(|category| add(table, category, 1));
    for write in less.into_iter().chain(more) {
        tx.write(write?);
    }
    Ok(())
}

fn add(table: &str, category: &str, difference: i64) -> Result<TransactWriteItem, DynamoError> {
    let update = Update::builder()
        .table_name(table)
        .set_key(Some(key(CATEGORIES, category)))
        .update_expression(format!("ADD {PRODUCTS} :difference"))
        .expression_attribute_values(":difference", number(difference));
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}

/// The categories that have products, by name, with how many. One request has room for some ten thousand of them.
pub(crate) async fn list(outbox: &Outbox) -> Result<Vec<(String, i64)>, DynamoError> {
    let answer = outbox
        .client()
        .query()
        .table_name(outbox.table())
        .key_condition_expression(format!("{PK} = :categories"))
        .expression_attribute_values(":categories", text(CATEGORIES))
        .send()
        .await?;
    let count = |item: &Item| Ok((read(item, SK)?, read(item, PRODUCTS)?));
    let counts: Result<Vec<_>, DynamoError> = answer.items().iter().map(count).collect();
    let mut counts = counts?;
    counts.retain(|(_, products)| *products > 0);
    Ok(counts)
}
