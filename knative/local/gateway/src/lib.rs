#![doc = include_str!("../README.md")]

mod answer;
mod consumers;
mod error_body;
mod exchange;
mod exit;
mod gateway;
mod head_limits;
mod hop;
mod mistake;
mod plugins;
mod proxy;
mod recent;
mod record;
mod router;
mod scope;
mod server;
mod shared;
mod table;
mod throttle;
mod uri;

pub use gateway::Gateway;
pub use mistake::Mistake;
