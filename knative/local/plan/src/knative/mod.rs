//! Knative Services and Jobs: what runs, and how it scales.

mod container;
mod environment;
mod expand;
mod go_duration;
mod job;
mod probe;
mod scale;
mod service;

pub(crate) use job::read as read_job;
pub(crate) use service::read as read_service;
