//! Shops whose processes are killed, starved or left alone. Each test has a shop of its own.

mod asleep;
mod audited;
mod backup;
mod cancelling;
mod closed;
mod collector;
mod commands;
mod disorder;
mod gateway_alone;
mod killed_orders;
mod killed_souk;
mod moved_clock;
mod other_applications;
mod overload;
mod previous_release;
mod provider_away;
mod redrive;
mod replica;
mod rotation;
mod same_request_twice;
mod secrecy;
mod unconfirmed_payment;
