//! Brokers, Triggers and what sends or receives events.

mod broker;
mod delivery;
mod destination;
mod duration;
mod filter;
mod overrides;
mod ping_source;
mod schedule;
mod sink_binding;
mod trigger;

pub(crate) use broker::read as read_broker;
pub(crate) use ping_source::read as read_ping_source;
pub(crate) use sink_binding::{BOUND, EXCLUDE, SinkBinding, bind};
pub(crate) use trigger::read as read_trigger;
