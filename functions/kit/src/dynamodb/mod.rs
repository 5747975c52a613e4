//! DynamoDB: the client, one form of table for all functions, and transactions whose events go out once committed.
//!
//! Every table has the keys `pk` and `sk` (text) and forgets items when the time in `expires_at` (seconds) has passed.
//! What its items mean is the function's business, but for those of outbox and inbox.

mod backlog;
mod client;
mod error;
mod item;
mod optimistic;
mod outbox;
mod table;
mod told;
mod tx;

pub use client::{DynamoSettings, client, settings};
pub use error::DynamoError;
pub use item::{Item, key, number, read, read_maybe, text};
pub use optimistic::optimistic;
pub use outbox::Outbox;
pub use table::{EXPIRES_AT, PK, SK, TableSpec, ensure_table, migrate};
pub use tx::{Committed, Tx};
