//! Accounts whose owners want to be forgotten: a mark, and what it does to letters.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::update_item::UpdateItemError,
    types::{DeleteRequest, WriteRequest},
};
use chrono::{DateTime, Utc};
use souk_kit::dynamodb::{DynamoError, EXPIRES_AT, Item, PK, SK, key, number, read_maybe, text};
use uuid::Uuid;

use super::{
    Store, expiry,
    letter_item::{RECIPIENT, SUBJECT, TEXT, account_key, key_of},
    sortable,
};
use crate::domain::Letter;

const ERASED_AT: &str = "erased_at";
/// Stands where something was.
const ERASED: &str = "erased";
/// The most that one request deletes.
const DELETED_AT_ONCE: i32 = 25;

impl Store {
    /// Notes that the owner of an account is to be forgotten. What is filed later is seen to by whoever files it.
    pub(crate) async fn note_erased(
        &self,
        account_id: Uuid,
        erased_at: DateTime<Utc>,
    ) -> Result<(), DynamoError> {
        let mut item = mark(account_id);
        item.insert(ERASED_AT.to_owned(), text(sortable(erased_at)));
        item.insert(EXPIRES_AT.to_owned(), number(expiry(erased_at)));
        let put = self.client.put_item().table_name(&*self.table);
        put.set_item(Some(item)).send().await?;
        Ok(())
    }

    /// Since when the owner of an account is to be forgotten, if that is so.
    pub(crate) async fn erased_at(
        &self,
        account_id: Uuid,
    ) -> Result<Option<DateTime<Utc>>, DynamoError> {
        let get = self.client.get_item().table_name(&*self.table);
        let found = get
            .set_key(Some(mark(account_id)))
            .consistent_read(true)
            .send()
            .await?;
        let erased_at = found.item().map(|item| read_maybe(item, ERASED_AT));
        Ok(erased_at.transpose()?.flatten())
    }

    /// Deletes some of the letters to an account; whether there may be more.
    pub(crate) async fn forget_some(&self, account_id: Uuid) -> Result<bool, DynamoError> {
        let query = self.client.query().table_name(&*self.table);
        let found = query
            .consistent_read(true)
            .key_condition_expression(format!("{PK} = :account"))
            .expression_attribute_values(":account", text(account_key(account_id)))
            .projection_expression(format!("{PK}, {SK}"))
            .limit(DELETED_AT_ONCE)
            .send()
            .await?;
        if found.items().is_empty() {
            return Ok(false);
        }
        let deletes = found.items().iter().map(delete);
        let deletes = deletes.collect::<Result<Vec<_>, _>>()?;
        // What is left over is found by the next look.
        let batch = self.client.batch_write_item();
        batch.request_items(&*self.table, deletes).send().await?;
        Ok(true)
    }

    /// Takes out of a letter to whom it was and what it said. That there was one stays, so that it is not mailed again.
    pub(crate) async fn redact(&self, letter: &Letter) -> Result<(), DynamoError> {
        let update = self.client.update_item().table_name(&*self.table);
        let mut update = update
            .set_key(Some(key_of(letter)))
            .condition_expression(format!("attribute_exists({PK})"))
            .expression_attribute_values(":erased", text(ERASED));
        let names = [
            ("#recipient", RECIPIENT),
            ("#subject", SUBJECT),
            ("#text", TEXT),
        ];
        for (name, attribute) in names {
            update = update.expression_attribute_names(name, attribute);
        }
        let set = "set #recipient = :erased, #subject = :erased, #text = :erased";
        unless_gone(update.update_expression(set).send().await)
    }
}

/// An update of something that was deleted meanwhile has nothing to do.
pub(super) fn unless_gone<T, R>(
    outcome: Result<T, SdkError<UpdateItemError, R>>,
) -> Result<(), DynamoError>
where
    DynamoError: From<SdkError<UpdateItemError, R>>,
{
    let gone = |error: &SdkError<UpdateItemError, R>| {
        error
            .as_service_error()
            .is_some_and(UpdateItemError::is_conditional_check_failed_exception)
    };
    match outcome {
        Err(error) if !gone(&error) => Err(error.into()),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn mark(account_id: Uuid) -> Item {
    key(format!("erased#{account_id}"), ERASED)
}

fn delete(key: &Item) -> Result<WriteRequest, DynamoError> {
    let request = DeleteRequest::builder().set_key(Some(key.clone()));
    Ok(WriteRequest::builder()
        .delete_request(request.build()?)
        .build())
}
