//! What this function answers: one file for each endpoint.

mod publish_events;
mod publisher;
mod refusal;
mod wire;

pub(crate) use publish_events::publish_events;
