//! What this function answers: one file for each endpoint.

mod described;
mod publish_events;
#[cfg(test)]
mod publish_events_tests;
mod refusal;
mod wire;

pub(crate) use publish_events::{PUBLISH_EVENTS, publish_events};
