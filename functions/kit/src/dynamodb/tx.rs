//! A transaction: the function's items, the inbox and the events are written together or not at all.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Put, TransactWriteItem},
};
use chrono::{DateTime, TimeDelta, Utc};
use cloudevents::Event;
use uuid::Uuid;

use super::{DynamoError, EXPIRES_AT, PK, SK, backlog};
use crate::{
    Clock, Delivery, Ids, Relay,
    relay::{EmitError, Outgoing},
};

/// No broker delivers an event again after this time.
const INBOX_KEPT: TimeDelta = TimeDelta::days(7);
const CONDITION_FAILED: &str = "ConditionalCheckFailed";

/// What will be written; nothing is, without [`Tx::commit`].
pub struct Tx {
    client: Client,
    table: String,
    relay: Relay,
    clock: Clock,
    ids: Ids,
    inbox: Option<TransactWriteItem>,
    own: Vec<TransactWriteItem>,
    events: Vec<Outgoing>,
}

/// How a transaction ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// Everything is written.
    Done,
    /// Nothing is: the delivery was handled before.
    SeenBefore,
    /// Nothing is: the conditions of these writes do not hold, counted from 0 in the order they were added.
    Refused(Vec<usize>),
}

impl Tx {
    pub(super) fn begin(client: Client, table: &str, relay: Relay, clock: Clock, ids: Ids) -> Self {
        let (own, events) = (Vec::new(), Vec::new());
        Self {
            client,
            table: table.to_owned(),
            relay,
            clock,
            ids,
            inbox: None,
            own,
            events,
        }
    }

    /// A new id, for what is made in this transaction.
    pub fn id(&self) -> Uuid {
        self.ids.next()
    }

    /// The time, for what is done in this transaction.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Lets the commit do nothing if `delivery` was handled before.
    pub fn first_time<T>(&mut self, delivery: &Delivery<T>) -> Result<(), DynamoError> {
        let expires_at = (self.clock.now() + INBOX_KEPT).timestamp();
        let put = Put::builder()
            .table_name(&self.table)
            .item(
                PK,
                AttributeValue::S(format!("inbox#{}#{}", delivery.source, delivery.id)),
            )
            .item(SK, AttributeValue::S("inbox".to_owned()))
            .item(EXPIRES_AT, AttributeValue::N(expires_at.to_string()))
            .condition_expression(format!("attribute_not_exists({PK})"));
        self.inbox = Some(TransactWriteItem::builder().put(put.build()?).build());
        Ok(())
    }

    /// Adds a write of the function's own.
    pub fn write(&mut self, item: TransactWriteItem) {
        self.own.push(item);
    }

    /// Adds an item that is written whatever was there.
    pub fn put(&mut self, item: HashMap<String, AttributeValue>) -> Result<(), DynamoError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .build()?;
        self.write(TransactWriteItem::builder().put(put).build());
        Ok(())
    }

    /// Sends an event once this transaction is committed.
    pub fn emit(&mut self, event: Event) -> Result<(), EmitError> {
        self.events.push(Outgoing::new(event)?);
        Ok(())
    }

    /// Writes everything, and hands the events to the relay.
    pub async fn commit(self) -> Result<Committed, DynamoError> {
        let inbox = usize::from(self.inbox.is_some());
        let own = self.own.len();
        let now = self.clock.now();
        let events = self
            .events
            .iter()
            .map(|outgoing| backlog::put(&self.table, outgoing, now));
        let events = events.collect::<Result<Vec<_>, _>>()?;
        let items = self
            .inbox
            .into_iter()
            .chain(self.own)
            .chain(events)
            .collect();
        match self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .send()
            .await
        {
            Ok(_) => {
                self.relay.hand(self.events);
                Ok(Committed::Done)
            }
            Err(error) => match failed_conditions(&error) {
                Some(failed) if inbox == 1 && failed.contains(&0) => Ok(Committed::SeenBefore),
                Some(failed) => {
                    let failed = failed
                        .into_iter()
                        .map(|at| at - inbox)
                        .filter(|at| *at < own);
                    Ok(Committed::Refused(failed.collect()))
                }
                None => Err(error.into()),
            },
        }
    }
}

/// Which writes failed by their condition, if nothing else was the reason.
fn failed_conditions<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Vec<usize>> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
        error.as_service_error()
    else {
        return None;
    };
    let codes = cancelled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code().unwrap_or("None"));
    let failed: Vec<_> = codes
        .enumerate()
        .filter(|(_, code)| *code == CONDITION_FAILED)
        .map(|(at, _)| at)
        .collect();
    (!failed.is_empty()).then_some(failed)
}
