//! PostgreSQL: the pool, migrations, and transactions whose events go out once they are committed.

mod backlog;
mod connect;
pub(crate) mod literal;
mod migrate;
mod open;
mod outbox;
mod replica;
mod tx;
mod unfit;
mod watched;

pub use connect::{connect, database_settings, replica_settings};
pub use migrate::migrate;
pub use outbox::Outbox;
pub use tx::Tx;
pub(crate) use unfit::{is_unfit, passes};
