//! Shops whose processes are killed, starved or left alone. Each test has a shop of its own.

mod asleep;
mod backup;
mod closed;
mod collector;
mod commands;
mod gateway_alone;
mod killed_orders;
mod killed_souk;
mod other_applications;
mod previous_release;
mod provider_away;
mod rotation;
mod secrecy;
