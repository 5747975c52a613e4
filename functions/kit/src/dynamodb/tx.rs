//! A transaction: the function's items, the inbox and the events are written together or not at all.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Put, TransactWriteItem},
};
use chrono::{DateTime, TimeDelta, Utc};
use cloudevents::Event;
use tracing::Instrument;
use uuid::Uuid;

use super::{DynamoError, EXPIRES_AT, Outbox, PK, SK, backlog};
use crate::{
    Delivery,
    events::handled_before,
    relay::{EmitError, Outgoing},
    resilience::Retry,
};

/// No broker delivers an event again after this time.
const INBOX_KEPT: TimeDelta = TimeDelta::days(7);
const CONDITION_FAILED: &str = "ConditionalCheckFailed";
const NO_REASON: &str = "None";

/// What will be written; nothing is, without [`Tx::commit`].
pub struct Tx {
    outbox: Outbox,
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
    pub(super) fn begin(outbox: Outbox) -> Self {
        Self {
            outbox,
            inbox: None,
            own: Vec::new(),
            events: Vec::new(),
        }
    }

    /// A new id, for what is made in this transaction.
    pub fn id(&self) -> Uuid {
        self.outbox.ids().next()
    }

    /// The time, for what is done in this transaction.
    pub fn now(&self) -> DateTime<Utc> {
        self.outbox.clock().now()
    }

    /// The table that everything is in.
    pub(crate) fn table(&self) -> &str {
        self.outbox.table()
    }

    /// Lets the commit do nothing if `delivery` was handled before.
    pub fn first_time<T>(&mut self, delivery: &Delivery<T>) -> Result<(), DynamoError> {
        let expires_at = (self.now() + INBOX_KEPT).timestamp();
        let put = Put::builder()
            .table_name(self.outbox.table())
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
            .table_name(self.outbox.table())
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

    /// Writes everything, and hands the events to the relay. Once begun it is finished, even if the caller does not
    /// wait for it.
    pub async fn commit(self) -> Result<Committed, DynamoError> {
        let finished = tokio::spawn(self.write_all().in_current_span()).await;
        let committed =
            finished.unwrap_or_else(|error| Err(DynamoError::Unavailable(error.to_string())));
        if matches!(committed, Ok(Committed::SeenBefore)) {
            handled_before();
        }
        committed
    }

    async fn write_all(self) -> Result<Committed, DynamoError> {
        let (inbox, own, now) = (
            usize::from(self.inbox.is_some()),
            self.own.len(),
            self.now(),
        );
        let events = self
            .events
            .iter()
            .map(|outgoing| backlog::put(self.outbox.table(), outgoing, now));
        let events = events.collect::<Result<Vec<_>, _>>()?;
        let items = self
            .inbox
            .into_iter()
            .chain(self.own)
            .chain(events)
            .collect();
        let request = self
            .outbox
            .client()
            .transact_write_items()
            .set_transact_items(Some(items));
        let sent = Retry::idempotent().run(|| request.clone().send(), contended);
        let Err(error) = sent.await else {
            self.outbox.relay().hand(self.events);
            return Ok(Committed::Done);
        };
        match failed_conditions(&error) {
            None if contended(&error) => Err(DynamoError::Unavailable(
                "others write the same items".to_owned(),
            )),
            None => {
                // Written or not, nobody knows: what was must not wait for the next regular sweep.
                self.outbox.relay().left_behind();
                Err(error.into())
            }
            Some(failed) if inbox == 1 && failed.contains(&0) => Ok(Committed::SeenBefore),
            Some(failed) => {
                let own_failed = failed
                    .into_iter()
                    .filter_map(|at| at.checked_sub(inbox))
                    .filter(|at| *at < own);
                Ok(Committed::Refused(own_failed.collect()))
            }
        }
    }
}

/// Which writes failed by their condition, if any did.
fn failed_conditions<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Vec<usize>> {
    let failed: Vec<_> = cancellation_codes(error)
        .enumerate()
        .filter(|(_, code)| *code == CONDITION_FAILED)
        .map(|(at, _)| at)
        .collect();
    (!failed.is_empty()).then_some(failed)
}

/// Whether nothing was written only because of what others write at this moment.
fn contended<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    let mut codes = cancellation_codes(error).filter(|code| *code != NO_REASON);
    codes.next().is_some_and(passes) && codes.all(passes)
}

fn passes(code: &str) -> bool {
    matches!(
        code,
        "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"
    )
}

/// Why a transaction was cancelled: one code for each of its writes.
fn cancellation_codes<R>(
    error: &SdkError<TransactWriteItemsError, R>,
) -> impl Iterator<Item = &str> {
    let cancelled = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => Some(cancelled),
        _ => None,
    };
    cancelled
        .into_iter()
        .flat_map(|cancelled| cancelled.cancellation_reasons())
        .map(|reason| reason.code().unwrap_or(NO_REASON))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::{
        CancellationReason, error::TransactionCanceledException as Cancelled,
    };

    use super::*;

    fn cancelled(codes: &[&str]) -> SdkError<TransactWriteItemsError, ()> {
        let reason = |code: &&str| CancellationReason::builder().code(*code).build();
        let reasons = codes.iter().map(reason).collect();
        let cancelled = Cancelled::builder().set_cancellation_reasons(Some(reasons));
        let error = TransactWriteItemsError::TransactionCanceledException(cancelled.build());
        SdkError::service_error(error, ())
    }

    #[test]
    fn only_what_others_write_at_this_moment_is_tried_again() {
        for (codes, passes) in [
            (&["None", "TransactionConflict"][..], true),
            (&["ThrottlingError", "TransactionConflict"], true),
            (&["ConditionalCheckFailed", "TransactionConflict"], false),
            (&["ValidationError"], false),
            (&["None"], false),
        ] {
            assert_eq!(contended(&cancelled(codes)), passes, "{codes:?}");
        }
    }
}
