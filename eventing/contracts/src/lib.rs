//! What the functions of the shop, and its partners, tell each other: one type per event, one file per type.
//!
//! These are the only nouns that two functions share. Nothing here knows HTTP, stores or brokers, and nothing
//! decides: how a fact is reacted to belongs to the function that hears it.

mod catalogue;
mod contract;
mod events;
mod line;
mod money;
mod upcast;
mod wire;

pub use catalogue::{EventType, Successor, event_types, find};
pub use contract::Contract;
pub use events::*;
pub use line::{Address, PricedLine, Shortage, StockLine};
pub use money::{Currency, Money, MoneyError};
pub use upcast::Upcast;
