//! What is asked of DynamoDB, told as one span for each operation, all tries of the client included.

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef},
    },
    error::{BoxError, ProvideErrorMetadata},
    operation::{
        batch_get_item::{BatchGetItemError, BatchGetItemInput},
        batch_write_item::BatchWriteItemInput,
        delete_item::{DeleteItemError, DeleteItemInput},
        get_item::{GetItemError, GetItemInput},
        put_item::{PutItemError, PutItemInput},
        query::{QueryError, QueryInput},
        transact_write_items::{TransactWriteItemsError, TransactWriteItemsInput},
        update_item::{UpdateItemError, UpdateItemInput},
    },
};
use aws_smithy_runtime_api::client::interceptors::context::{Error, Input};
use aws_smithy_types::config_bag::{Storable, StoreReplace};

use crate::telemetry::{
    Call,
    database::{DYNAMODB, Operation},
};

/// Looks on.
#[derive(Debug)]
pub(super) struct Told;

/// An operation that was begun.
#[derive(Clone, Debug)]
struct Begun(Call, Operation);

impl Storable for Begun {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Told {
    fn name(&self) -> &'static str {
        "Told"
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(call) = Call::begin() {
            let (name, collection) = asked(context.input());
            let operation = Operation {
                system: DYNAMODB,
                name: name.into(),
                collection,
            };
            config.interceptor_state().store_put(Begun(call, operation));
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Begun(call, operation)) = config.load::<Begun>().cloned() else {
            return Ok(());
        };
        let error = match context.output_or_error() {
            Some(Err(error)) => match error.as_operation_error() {
                Some(refusal) => refused(refusal),
                None if error.is_timeout_error() => Some("timeout".to_owned()),
                None => Some("unavailable".to_owned()),
            },
            Some(Ok(_)) | None => None,
        };
        operation.end(call, error.as_deref());
        Ok(())
    }
}

/// What is done, and to which table. What functions do seldom is one kind.
fn asked(input: &Input) -> (&'static str, Option<String>) {
    macro_rules! one_of {
        ($($input:ident as $name:literal),*) => {
            $(if let Some(input) = input.downcast_ref::<$input>() {
                return ($name, input.table_name().map(str::to_owned));
            })*
        };
    }
    one_of!(
        GetItemInput as "GetItem", QueryInput as "Query", PutItemInput as "PutItem",
        UpdateItemInput as "UpdateItem", DeleteItemInput as "DeleteItem"
    );
    if let Some(input) = input.downcast_ref::<TransactWriteItemsInput>() {
        let first = input.transact_items().first();
        let table = first.and_then(|item| {
            let put = item.put().map(|put| put.table_name());
            let update = item.update().map(|update| update.table_name());
            put.or(update)
        });
        return ("TransactWriteItems", table.map(str::to_owned));
    }
    if let Some(input) = input.downcast_ref::<BatchGetItemInput>() {
        let mut tables = input.request_items().into_iter().flatten();
        return (
            "BatchGetItem",
            tables.next().map(|(table, _)| table.clone()),
        );
    }
    if let Some(input) = input.downcast_ref::<BatchWriteItemInput>() {
        let mut tables = input.request_items().into_iter().flatten();
        return (
            "BatchWriteItem",
            tables.next().map(|(table, _)| table.clone()),
        );
    }
    ("OTHER", None)
}

/// The code of a refusal. That a condition does not hold is an answer as good as any other.
fn refused(error: &Error) -> Option<String> {
    macro_rules! code_of {
        ($($kind:ident),*) => {
            None$(.or_else(|| error.downcast_ref::<$kind>().map(|error| error.code())))*
        };
    }
    let code = code_of!(
        GetItemError,
        QueryError,
        PutItemError,
        UpdateItemError,
        DeleteItemError,
        TransactWriteItemsError,
        BatchGetItemError
    );
    let code = code.flatten().unwrap_or("refused");
    let is_answer = matches!(
        code,
        "ConditionalCheckFailedException" | "TransactionCanceledException"
    );
    (!is_answer).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::{
        error::ErrorMetadata,
        types::error::{ConditionalCheckFailedException, ProvisionedThroughputExceededException},
    };

    use super::*;

    #[test]
    fn an_operation_is_known_by_its_kind_and_its_table() {
        let get = GetItemInput::builder().table_name("carts").build().unwrap();
        let (name, table) = asked(&Input::erase(get));
        assert_eq!((name, table.as_deref()), ("GetItem", Some("carts")));
        assert_eq!(asked(&Input::erase(())).0, "OTHER");
    }

    #[test]
    fn a_condition_that_does_not_hold_is_no_error() {
        let meta = |code| ErrorMetadata::builder().code(code).build();
        let held = ConditionalCheckFailedException::builder();
        let held = held.meta(meta("ConditionalCheckFailedException")).build();
        let held = PutItemError::ConditionalCheckFailedException(held);
        assert_eq!(refused(&Error::erase(held)), None);
        let code = "ProvisionedThroughputExceededException";
        let much = ProvisionedThroughputExceededException::builder();
        let much = much.meta(meta(code)).build();
        let much = PutItemError::ProvisionedThroughputExceededException(much);
        assert_eq!(refused(&Error::erase(much)).as_deref(), Some(code));
    }
}
