//! Shops whose processes are killed, starved or left alone. Each test has a shop of its own.

mod asleep;
mod closed;
mod killed_orders;
mod killed_souk;
mod other_applications;
mod provider_away;
