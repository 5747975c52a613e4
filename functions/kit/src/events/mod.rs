//! CloudEvents in: read from a request, checked, handed to the function's handlers. What they mean is in the contracts.

mod delivery;
mod outcome;
mod senders;
mod subscriptions;
mod wire;

pub use delivery::{Delivery, RawEvent, Refusal};
pub(crate) use outcome::handled_before;
pub use senders::Senders;
pub use subscriptions::Subscriptions;
pub use wire::{EVENT_BYTES_MAX, read};

/// The type of what a PingSource sends.
pub const PING: &str = "dev.knative.sources.ping";
