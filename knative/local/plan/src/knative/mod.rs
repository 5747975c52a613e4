//! Knative Services and Jobs: what runs, and how it scales.

mod container;
mod environment;
mod expand;
mod go_duration;
mod job;
mod probe;
mod resources;
mod scale;
mod security;
mod service;
mod template;
mod traffic;

pub(crate) use job::read as read_job;
pub(crate) use service::read as read_service;
pub(crate) use template::hash_with;
pub use traffic::tag_mistake;
