#![doc = include_str!("../README.md")]

mod attribute;
mod body;
mod broker;
mod consumers;
mod delivery;
mod error;
mod event;
mod faults;
mod filter;
mod group;
mod ingress;
mod java_uri;
mod json;
mod line;
mod log;
mod metrics;
mod ping;
mod status;
mod timestamp;
mod trace;

pub use broker::{Broker, Setup};
pub use error::OpenError;
pub use faults::DeliveryFaults;
pub use ingress::Reason;
pub use line::EventLine;
pub use status::{RetryStatus, TriggerStatus};
