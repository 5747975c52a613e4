//! The SQL. What it means is decided elsewhere.

pub(crate) mod ledger;
pub(crate) mod payments;
mod row;
pub(crate) mod waits;

/// A row that this function cannot have written.
fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}
