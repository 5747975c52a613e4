//! The outbox's items, as the relay sees them: in the function's own table, under one key.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, DeleteRequest, Put, TransactWriteItem, WriteRequest},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;

use super::{DynamoError, Item, PK, SK, read};
use crate::{
    Clock,
    relay::{Backlog, Courier, Outgoing},
};

const OUTBOX: &str = "outbox";
const KEPT: &str = "kept";
const EMITTED_AT: &str = "emitted_at";
/// Younger items are on their way already: the relay was handed them.
const LEFT_BEHIND_AFTER: TimeDelta = TimeDelta::seconds(3);
const PAGE_ITEMS: i32 = 100;
/// What DynamoDB takes in one request.
const BATCH_ITEMS: usize = 25;

pub(super) struct DynamoBacklog {
    pub(super) client: Client,
    pub(super) table: Arc<str>,
    pub(super) clock: Clock,
}

/// The item of an event that is about to be committed.
pub(super) fn put(
    table: &str,
    outgoing: &Outgoing,
    now: DateTime<Utc>,
) -> Result<TransactWriteItem, DynamoError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(key(&outgoing.id)))
        .item(KEPT, AttributeValue::S(outgoing.kept.get().to_owned()))
        .item(
            EMITTED_AT,
            AttributeValue::N(now.timestamp_millis().to_string()),
        );
    Ok(TransactWriteItem::builder().put(put.build()?).build())
}

fn key(event_id: &str) -> HashMap<String, AttributeValue> {
    let (pk, sk) = (
        AttributeValue::S(OUTBOX.to_owned()),
        AttributeValue::S(event_id.to_owned()),
    );
    HashMap::from([(PK.to_owned(), pk), (SK.to_owned(), sk)])
}

impl Backlog for DynamoBacklog {
    fn forget(&self, ids: Vec<String>) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move { self.delete(&ids).await.map_err(|error| error.to_string()) })
    }

    fn sweep<'a>(&'a self, courier: &'a Courier) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let mut from = None;
            loop {
                let (found, next) = self.find(from).await.map_err(|error| error.to_string())?;
                let sent = courier.deliver_all(&found).await;
                self.delete(&sent)
                    .await
                    .map_err(|error| error.to_string())?;
                if sent.len() < found.len() {
                    return Err(format!(
                        "{} of {} events could not be sent",
                        found.len() - sent.len(),
                        found.len()
                    ));
                }
                if next.is_none() {
                    return Ok(());
                }
                from = next;
            }
        })
    }
}

type Position = Option<HashMap<String, AttributeValue>>;

impl DynamoBacklog {
    /// One page of what was left behind, and where the next begins.
    async fn find(&self, from: Position) -> Result<(Vec<Outgoing>, Position), DynamoError> {
        let now = self.clock.now();
        let before = (now - LEFT_BEHIND_AFTER).timestamp_millis();
        let page = self
            .client
            .query()
            .table_name(&*self.table)
            .consistent_read(true)
            .key_condition_expression(format!("{PK} = :outbox"))
            .filter_expression(format!("{EMITTED_AT} < :before"))
            .expression_attribute_values(":outbox", AttributeValue::S(OUTBOX.to_owned()))
            .expression_attribute_values(":before", AttributeValue::N(before.to_string()))
            .limit(PAGE_ITEMS)
            .set_exclusive_start_key(from)
            .send()
            .await?;
        let found = page
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| recover(item, now))
            .collect::<Result<_, _>>()?;
        Ok((found, page.last_evaluated_key))
    }

    /// What is not deleted now is sent again by a sweep; receivers recognise it.
    async fn delete(&self, ids: &[String]) -> Result<(), DynamoError> {
        for ids in ids.chunks(BATCH_ITEMS) {
            let request = |id: &String| {
                let delete = DeleteRequest::builder().set_key(Some(key(id))).build()?;
                Ok(WriteRequest::builder().delete_request(delete).build())
            };
            let requests = ids
                .iter()
                .map(request)
                .collect::<Result<Vec<_>, DynamoError>>()?;
            self.client
                .batch_write_item()
                .request_items(&*self.table, requests)
                .send()
                .await?;
        }
        Ok(())
    }
}

fn recover(mut item: Item, now: DateTime<Utc>) -> Result<Outgoing, DynamoError> {
    let emitted_at: i64 = read(&item, EMITTED_AT)?;
    let waited = TimeDelta::milliseconds(now.timestamp_millis() - emitted_at);
    match item.remove(KEPT) {
        Some(AttributeValue::S(kept)) => {
            let recovered = Outgoing::recovered(&kept, waited);
            recovered.map_err(|error| DynamoError::Item(error.to_string()))
        }
        _ => Err(DynamoError::Item(format!(
            "an outbox item has no text `{KEPT}`"
        ))),
    }
}
