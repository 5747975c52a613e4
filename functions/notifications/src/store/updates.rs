//! The status that an order has reached: one item for each.

use souk_kit::dynamodb::{
    DynamoError, EXPIRES_AT, Item, PK, SK, key, number, read, read_maybe, text,
};
use uuid::Uuid;

use super::{Store, expiry, is_refused_by_condition, sortable};
use crate::domain::Update;

const ORDER_ID: &str = "order_id";
const ACCOUNT_ID: &str = "account_id";
const STATUS: &str = "status";
const REASON: &str = "reason";
const REACHED_AT: &str = "reached_at";

impl Store {
    /// Keeps an update; what was heard first of a status stays.
    pub(crate) async fn keep_update(&self, update: &Update) -> Result<(), DynamoError> {
        let put = self.client.put_item().table_name(&*self.table);
        let put = put
            .set_item(Some(item(update)))
            .condition_expression(format!("attribute_not_exists({PK})"));
        match put.send().await {
            Err(error) if !is_refused_by_condition(&error) => Err(error.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The updates of an order above some rank, in the order of their ranks.
    pub(crate) async fn updates_after(
        &self,
        order_id: Uuid,
        rank: u8,
    ) -> Result<Vec<Update>, DynamoError> {
        let query = self.client.query().table_name(&*self.table);
        let found = query
            .consistent_read(true)
            .key_condition_expression(format!("{PK} = :order and {SK} > :rank"))
            .expression_attribute_values(":order", text(order_key(order_id)))
            .expression_attribute_values(":rank", text(rank_key(rank)))
            .send()
            .await?;
        found.items().iter().map(update).collect()
    }
}

fn order_key(order_id: Uuid) -> String {
    format!("order#{order_id}")
}

fn rank_key(rank: u8) -> String {
    format!("update#{rank}")
}

fn item(update: &Update) -> Item {
    let mut item = key(order_key(update.order_id), rank_key(update.status.rank()));
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set(ORDER_ID, text(update.order_id));
    set(ACCOUNT_ID, text(update.account_id));
    set(STATUS, text(update.status.name()));
    set(REACHED_AT, text(sortable(update.at)));
    set(EXPIRES_AT, number(expiry(update.at)));
    if let Some(reason) = &update.reason {
        set(REASON, text(reason));
    }
    item
}

fn update(item: &Item) -> Result<Update, DynamoError> {
    Ok(Update {
        order_id: read(item, ORDER_ID)?,
        account_id: read(item, ACCOUNT_ID)?,
        status: read(item, STATUS)?,
        reason: read_maybe(item, REASON)?,
        at: read(item, REACHED_AT)?,
    })
}
