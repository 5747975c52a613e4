#![doc = include_str!("../README.md")]

mod annotations;
mod config;
mod eventing;
mod fields;
mod image;
mod knative;
mod known;
mod kong;
mod kustomize;
mod load;
mod mistake;
pub mod model;
mod names;
mod needs;
mod object;
mod paths;
mod spelling;
mod surroundings;
mod yaml;

pub use knative::tag_mistake;
pub use kong::Settings;
pub use load::{load, load_gateway};
pub use mistake::Mistake;
pub use names::{broker_address, broker_topic, consumer_group};
