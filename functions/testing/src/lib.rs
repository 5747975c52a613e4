//! Real engines for the tests of functions: a database of their own, a sink that remembers, tokens that are good.
//!
//! A crate of its own, so that no function that is deployed carries an engine. Nothing in here imitates: PostgreSQL is
//! PostgreSQL, DynamoDB speaks its protocol over HTTP, the sink is reached through a socket.

mod binaries;
mod cluster;
mod dynamodb;
mod jwks;
mod post_office;
mod postgres;
mod recorder;
mod replica;
mod tokens;

pub use dynamodb::{dynamodb, dynamodb_url};
pub use post_office::{Mail, Manner, PostOffice};
pub use postgres::{postgres, postgres_url};
pub use recorder::{Recorder, Sent};
pub use replica::Replicated;
pub use tokens::{Tokens, scopes};
