//! The DynamoDB calls. One table holds four kinds of items, all forgotten after ninety days:
//!
//! | `pk` | `sk` | what |
//! |---|---|---|
//! | `order#<id>` | `update#<rank>` | a status that the order has reached, at most one for each rank |
//! | `order#<id>` | `letter#<kind>` | that a letter which is in no list was claimed or sent; without its text and its recipient |
//! | `account#<id>` | `<time>#<kind>#<letter id>` | a letter to the owner of the account |
//! | `erased#<account id>` | `erased` | since when the owner of the account is to be forgotten |

mod erasure;
mod letter_item;
mod letters;
mod updates;

use std::sync::Arc;

use aws_sdk_dynamodb::{Client, error::SdkError, operation::put_item::PutItemError};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

pub(crate) use letter_item::{Filed, State as FiledState};
pub(crate) use letters::Claim;

const KEPT: TimeDelta = TimeDelta::days(90);

/// The function's table. Clones share its client.
#[derive(Clone)]
pub(crate) struct Store {
    client: Client,
    table: Arc<str>,
}

impl Store {
    /// The table of this name.
    pub(crate) fn new(client: Client, table: &str) -> Self {
        let table = table.into();
        Self { client, table }
    }
}

/// When an item of this time is forgotten.
fn expiry(at: DateTime<Utc>) -> i64 {
    (at + KEPT).timestamp()
}

/// A time as text that sorts as times do.
fn sortable(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn is_refused_by_condition<R>(error: &SdkError<PutItemError, R>) -> bool {
    error
        .as_service_error()
        .is_some_and(PutItemError::is_conditional_check_failed_exception)
}
