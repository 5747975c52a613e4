//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the same request twice does one thing and gets one answer.
//!
//! Every unsafe operation takes the header. [`Routes`](crate::api::Routes) puts a [`Keeper`] in front of each handler, behind the
//! check of access: it claims the key, lets the handler work, and stores the answer for a day. A claim is a lease: while the
//! handler works it is renewed, and when the process dies it ends by itself. What a handler does under a claim may happen again
//! after a crash, so it has to be something whose repetition changes nothing.
//!
//! Where it is not, the handler takes the [`IdempotencyKey`] itself and writes the answer in the transaction that does the thing
//! (`Tx::recall`, `Tx::remember`): once, even through a crash. No keeper stands in front of such a handler.
//!
//! An operation whose request or answer holds credentials keeps nothing, and its `Doc` says so ([`Doc::unkept`](crate::api::Doc::unkept)).

mod answer;
mod dynamodb;
mod header;
mod keep;
mod keeper;
mod postgres;
mod recall;
mod scope;

pub use header::IdempotencyKey;
pub(crate) use header::KEY_BYTES_MAX;
pub(crate) use keep::keep;
pub use keeper::Keeper;
pub use postgres::forget_old;
pub(crate) use recall::{IN_FLIGHT, REUSED};
pub use recall::{Recall, in_flight};
pub use scope::ScopedKey;

use chrono::TimeDelta;

/// How long an answer is kept, by the function's clock.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(1);
/// How long a claim lasts that is not renewed: so long is a key blocked when its process dies. By the
/// database's clock; by the function's in DynamoDB, which has none.
const LEASE: TimeDelta = TimeDelta::seconds(5);
