//! What this function answers: one file for each endpoint.

mod described;
mod publish_events;
mod publisher;
mod refusal;
mod wire;

pub(crate) use publish_events::{PUBLISH_EVENTS, publish_events};
