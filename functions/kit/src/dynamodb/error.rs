//! What DynamoDB refused, told apart by whether it may pass.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use thiserror::Error;

use crate::{Problem, Refusal};

/// DynamoDB did not do what it was asked.
#[derive(Debug, Error)]
pub enum DynamoError {
    /// It did not answer, or is asked too much at the moment.
    #[error("DynamoDB does not answer: {0}")]
    Unavailable(String),
    /// It answered that it will not.
    #[error("DynamoDB refuses: {0}")]
    Refused(String),
    /// An item is not what the function writes.
    #[error("an item cannot be understood: {0}")]
    Item(String),
}

impl<E, R> From<SdkError<E, R>> for DynamoError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let passes = match &error {
            SdkError::ServiceError(refusal) => refusal.err().code().is_some_and(passes),
            SdkError::ConstructionFailure(_) => false,
            _ => true,
        };
        let text = DisplayErrorContext(&error).to_string();
        if passes {
            Self::Unavailable(text)
        } else {
            Self::Refused(text)
        }
    }
}

impl From<aws_sdk_dynamodb::error::BuildError> for DynamoError {
    fn from(error: aws_sdk_dynamodb::error::BuildError) -> Self {
        Self::Refused(error.to_string())
    }
}

fn passes(code: &str) -> bool {
    matches!(
        code,
        "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "InternalServerError"
            | "TransactionConflictException"
            | "TransactionInProgressException"
    )
}

impl From<DynamoError> for Problem {
    fn from(error: DynamoError) -> Self {
        match error {
            DynamoError::Unavailable(_) => {
                tracing::warn!(%error, "the store does not answer");
                Self::unavailable("The store does not answer at the moment.", 1)
            }
            error => Self::internal(error),
        }
    }
}

impl From<DynamoError> for Refusal {
    fn from(error: DynamoError) -> Self {
        Self::Later(error.to_string())
    }
}

impl From<DynamoError> for crate::StartError {
    fn from(error: DynamoError) -> Self {
        Self::Other(error.to_string())
    }
}
