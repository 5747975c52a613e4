#![doc = include_str!("../README.md")]

mod durable;
mod dynamodb;
mod error;
mod forward;
mod port;
pub mod postgres;
mod progress;
pub mod secrets;
mod system;
mod user;

pub use dynamodb::DynamoDb;
pub use error::EngineError;
pub use forward::Forwarder;
pub use port::{remembered_listener, remembered_port};
pub use postgres::{Postgres, PostgresSetup};
pub use progress::Progress;
pub use secrets::SecretStore;
pub use system::give_way;
